#include <tapegrad/text/vectors_save.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <stdexcept>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/text/npy.hpp>
#include <tapegrad/text/packed_file.hpp>
#include <tapegrad/text/utf8.hpp>

namespace tapegrad {
namespace {

static_assert(sizeof(Real) == 4 && std::endian::native == std::endian::little,
              "numbers are written as they lie in memory");

using Words = std::vector<std::string>;

[[noreturn]] void refuse(const std::string& path, const std::string& message) {
  throw std::invalid_argument("save_vectors: " + path + ": " + message);
}

// What fastText, word2vec and gensim take for the end of a word.
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

void check_words(const std::string& path, const Words& words, VectorForm form) {
  const auto separates = form == VectorForm::npy ? is_line_end : is_space;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.empty()) refuse(path, fmt::format("word {} is empty", i));
    if (detail::first_not_utf8(word) < word.size()) {
      refuse(path, fmt::format("word {} is not UTF-8", i));
    }
    if (std::any_of(word.begin(), word.end(), separates)) {
      refuse(path, fmt::format("word {}, \"{}\", has {} in it, which the form cannot hold", i, word,
                               form == VectorForm::npy ? "a line end" : "white space"));
    }
  }
}

void check_values(const std::string& path, const Words& words, const Array& values) {
  const auto& shape = values.shape();
  if (shape.size() != 2 || shape[0] != words.size() || shape[1] == 0) {
    refuse(path, fmt::format("values is {}, expected [{}, D] with D above 0", to_string(shape),
                             words.size()));
  }
  const Real* const last = values.data() + values.size();
  const Real* const bad = std::find_if(static_cast<const Real*>(values.data()), last,
                                       [](Real x) { return !std::isfinite(x); });
  if (bad == last) return;
  const auto at = static_cast<std::size_t>(bad - values.data());
  refuse(path, fmt::format("value {} of the word \"{}\" is {}", at % shape[1], words[at / shape[1]],
                           *bad));
}

void append_text(const std::string& word, const Real* values, std::size_t width, std::string& to) {
  to += word;
  // The shortest decimal numbers that read back to the same bits.
  for (std::size_t i = 0; i < width; ++i) fmt::format_to(std::back_inserter(to), " {}", values[i]);
  to += '\n';
}

void append_binary(const std::string& word, const Real* values, std::size_t width,
                   std::string& to) {
  to += word;
  to += ' ';
  to.append(reinterpret_cast<const char*>(values), width * sizeof(Real));
  to += '\n';
}

void write_entries(const std::string& path, const Words& words, const Array& values,
                   VectorForm form) {
  const std::size_t width = values.shape()[1];
  const auto append = form == VectorForm::text ? append_text : append_binary;
  PackedFile file(path);
  std::string bytes = fmt::format("{} {}\n", words.size(), width);
  for (std::size_t i = 0; i < words.size(); ++i) {
    append(words[i], values.data() + i * width, width, bytes);
    if (bytes.size() < std::size_t{1} << 20U) continue;
    file.append(bytes);
    bytes.clear();
  }
  file.append(bytes);
  file.commit();
}

void write_npy_and_words(const std::string& path, const Words& words, const Array& values) {
  std::string lines;
  for (const std::string& word : words) lines.append(word).append("\n");
  write_file(words_file(path), lines);
  write_npy(path, values);
}

}  // namespace

VectorForm vector_form(const std::string& path) {
  std::string_view name = path;
  const bool packed = name.ends_with(".gz");
  if (packed) name.remove_suffix(3);
  if (name.ends_with(".vec") || name.ends_with(".txt")) return VectorForm::text;
  if (name.ends_with(".bin")) return VectorForm::binary;
  if (name.ends_with(".npy") && !packed) return VectorForm::npy;
  refuse(path, "expected a name that ends in .vec, .txt, .bin (each also with .gz) or .npy");
}

std::string words_file(const std::string& npy) {
  return (npy.ends_with(".npy") ? npy.substr(0, npy.size() - 4) : npy) + ".words.txt";
}

inline namespace TAPEGRAD_PRECISION {

void save_vectors(const std::string& path, const Words& words, const Array& values,
                  VectorForm form) {
  const ProfileSpan span("save vectors", Phase::other);
  if (form == VectorForm::automatic) form = vector_form(path);
  check_values(path, words, values);
  check_words(path, words, form);
  if (form == VectorForm::npy) {
    write_npy_and_words(path, words, values);
  } else {
    write_entries(path, words, values, form);
  }
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
