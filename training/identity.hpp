// What tells one training from another: by it a checkpoint of another one is recognized.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tapegrad/text/batches.hpp>
#include <utility>
#include <vector>

namespace tapegrad {

/// All that the bits of a training depend on, by name: options ("batch", "32") and data ("train",
/// "6920 texts, digest 0f1e2d3c4b5a6978").
using Identity = std::vector<std::pair<std::string, std::string>>;

/// A number that differs for bytes that differ, but for the rarest chance; no defence against
/// intent.
class Digest {
 public:
  void add(const void* bytes, std::size_t size);
  template <class T, class Allocator>
  void add(const std::vector<T, Allocator>& values) {
    add(values.data(), values.size() * sizeof(T));
  }
  void add(const std::vector<std::string>& texts);
  /// 16 hexadecimal digits.
  std::string text() const;

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

/// "6920 texts, digest 0f1e2d3c4b5a6978".
std::string identity_of(const EncodedTexts& texts, const std::vector<Index>& labels = {});

}  // namespace tapegrad
