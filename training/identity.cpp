#include <tapegrad/training/identity.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace tapegrad {

// FNV-1a over words of eight bytes; the high bits are mixed into the low ones, where a
// multiplication alone never moves them. The size is the last word.
void Digest::add(const void* bytes, std::size_t size) {
  const auto mix = [this](std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x100000001B3U;
    hash_ ^= hash_ >> 32U;
  };
  const char* from = static_cast<const char*>(bytes);
  for (std::size_t done = 0; done < size; done += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + done, std::min(sizeof(word), size - done));
    mix(word);
  }
  mix(size);
}

void Digest::add(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) add(text.data(), text.size());
}

std::string Digest::text() const {
  return fmt::format("{:016x}", hash_);
}

std::string identity_of(const EncodedTexts& texts, const std::vector<Index>& labels) {
  Digest digest;
  digest.add(texts.ids);
  digest.add(texts.offsets);
  digest.add(labels);
  return fmt::format("{} texts, digest {}", texts.size(), digest.text());
}

}  // namespace tapegrad
