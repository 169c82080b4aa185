#include <tapegrad/training/kept_vectors.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <string_view>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
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
      throw FormatError(path, line, fmt::format("the word \"{}\" came before", word));
    }
    words.emplace_back(word);
    begin = end + 1;
  }
  return words;
}

}  // namespace

void write_kept_vectors(const KeptVectors& kept, const FilesBeside& files) {
  if (kept.words.empty()) return;
  std::string bytes;
  for (const std::string& word : kept.words) bytes.append(word).push_back('\n');
  write_file(files(kept_words_file), bytes);
  write_safetensors(files(kept_values_file), {raw_tensor(tensor_name, kept.values)},
                    {{"format", "pt"}});
}

KeptVectors read_kept_vectors(const ModelFolder& from, std::size_t width) {
  if (!std::filesystem::exists(from.path(kept_words_file))) return {};
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
