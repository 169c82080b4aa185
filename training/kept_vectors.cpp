#include <tapegrad/training/kept_vectors.hpp>

#include <fmt/core.h>

#include <filesystem>
#include <string_view>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <unordered_set>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr const char* tensor_name = "vectors";

std::vector<std::string> read_words(const std::string& path) {
  const std::string bytes = read_file(path);
  std::vector<std::string> words;
  std::unordered_set<std::string_view> seen;
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

KeptVectors read_kept_vectors(const std::string& folder, std::size_t width) {
  const std::filesystem::path from(folder);
  const std::string words_path = (from / kept_words_file).string();
  if (!std::filesystem::exists(words_path)) return {};
  KeptVectors kept;
  kept.words = read_words(words_path);
  const SafetensorsFile file((from / kept_values_file).string());
  const RawTensor* tensor = file.find(tensor_name);
  if (tensor == nullptr || file.tensors().size() != 1) {
    throw FormatError(file.path(), 0, "expected one tensor, vectors");
  }
  const Shape shape(tensor->shape.begin(), tensor->shape.end());
  if (shape != Shape{kept.words.size(), width}) {
    throw FormatError(
        file.path(), 0,
        fmt::format("tensor vectors has shape {}, [{}, {}] is wanted: {} has {} words",
                    to_string(shape), kept.words.size(), width, kept_words_file,
                    kept.words.size()));
  }
  kept.values = file.array(*tensor);
  return kept;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
