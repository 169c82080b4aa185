#include <tapegrad/training/kept_vectors.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/text/utf8.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <tapegrad/training/tensor_memory.hpp>
#include <unordered_set>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr const char* tensor_name = "vectors";

std::vector<std::string> read_words(const ModelFolder& from) {
  const std::string path = from.path(kept_words_file);
  const std::string bytes = from.read(kept_words_file);
  check_utf8(bytes, path);
  std::vector<std::string> words;
  std::unordered_set<std::string_view, WordHash, std::equal_to<>> seen;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find('\n', begin);
    const std::size_t line = words.size() + 1;
    if (end == std::string::npos) {
      throw FormatError(path, line, "expected a line end behind the last word: the file is cut");
    }
    const auto word = std::string_view(bytes).substr(begin, end - begin);
    if (word.empty()) throw FormatError(path, line, "expected a word, found an empty line");
    if (!seen.insert(word).second) {
      throw FormatError(path, line, fmt::format("the word \"{:.60}\" came before", word));
    }
    words.emplace_back(word);
    begin = end + 1;
  }
  return words;
}

// That read_words will read them.
void check_words(const std::vector<std::string>& words) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& word : words) {
    const char* flaw = nullptr;
    if (word.empty()) flaw = "is empty";
    if (word.find('\n') != std::string::npos) flaw = "has a line end";
    if (word.find('\0') != std::string::npos) flaw = "has a NUL";
    if (detail::first_not_utf8(word) < word.size()) flaw = "is not UTF-8";
    if (!seen.insert(word).second) flaw = "comes twice";
    if (flaw == nullptr) continue;
    throw std::invalid_argument(
        fmt::format("write_kept_vectors: word {} {}, a line of {} cannot hold it",
                    &word - words.data(), flaw, kept_words_file));
  }
}

bool stands(const std::string& path) {
  return std::filesystem::exists(std::filesystem::symlink_status(path));
}

}  // namespace

void write_kept_vectors(const KeptVectors& kept, const FilesBeside& files) {
  if (kept.words.empty()) return;
  check_words(kept.words);
  std::string bytes;
  for (const std::string& word : kept.words) bytes.append(word).push_back('\n');
  write_file(files(kept_words_file), bytes);
  write_safetensors(files(kept_values_file), {raw_tensor(tensor_name, kept.values)},
                    {{"format", "pt"}});
}

KeptVectors read_kept_vectors(const ModelFolder& from, std::size_t width) {
  if (!stands(from.path(kept_words_file))) {
    if (!stands(from.path(kept_values_file))) return {};
    throw FormatError(from.path(kept_values_file), 0,
                      fmt::format("stands there without {}, its words", kept_words_file));
  }
  KeptVectors kept;
  kept.words = read_words(from);
  const SafetensorsFile file(from.checked_path(kept_values_file));
  const RawTensor* tensor = file.find(tensor_name);
  if (tensor == nullptr || file.tensors().size() != 1) {
    throw FormatError(file.path(), 0, "expected one tensor, vectors");
  }
  if (tensor->shape != std::vector<std::size_t>{kept.words.size(), width}) {
    throw FormatError(file.path(), 0,
                      fmt::format("tensor vectors has shape [{}], [{}, {}] is wanted: {} has {} "
                                  "words",
                                  fmt::join(tensor->shape, ", "), kept.words.size(), width,
                                  kept_words_file, kept.words.size()));
  }
  check_memory(file, tensor_name);
  kept.values = file.array(*tensor);
  return kept;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
