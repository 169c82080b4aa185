// word2vec's binary form, written as its C program does (fprintf "%lld %lld\n", then "%s ", fwrite
// of the floats and "\n" for each word).
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

/// The bytes of floats, as they lie in memory.
inline std::string float_bytes(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// A file of these words with this header; `end` follows each word: gensim writes none.
inline std::string word2vec(const std::string& header,
                            const std::vector<std::pair<std::string, std::vector<float>>>& entries,
                            const std::string& end = "\n") {
  std::string bytes = header + "\n";
  for (const auto& [word, values] : entries) {
    bytes.append(word).append(" ").append(float_bytes(values)).append(end);
  }
  return bytes;
}
