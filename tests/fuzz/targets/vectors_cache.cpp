// The binary copy of a file of word vectors, which lies in a cache. The first byte chooses how much
// of the input is made to fit: hashes that no fuzzer finds, and the state of the file.
#include <tapegrad/core/files.hpp>
#include <tapegrad/text/vectors_cache.hpp>

#include <algorithm>
#include <cstring>

#include "../fuzz.hpp"
#include "../vectors.hpp"

namespace tg = tapegrad;
using tg::detail::CacheHeader;
using tg::detail::CacheRow;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

namespace {

const std::string text = "a 0.5 -1.25\nb 2 1e-3\n. . 3 4\na 7 8\n";

// Makes the hashes and the state of `copy` those of what it says, as far as it is there.
void fit(std::string& copy, const CacheHeader& real) {
  CacheHeader header;
  if (copy.size() < sizeof header) return;
  std::memcpy(&header, copy.data(), sizeof header);
  header.source = real.source;
  const std::size_t most = copy.size();
  const bool sensible = header.rows < most && header.width < most && header.word_bytes < most;
  const std::size_t row = sensible ? header.width * sizeof(float) : 0;
  const std::size_t index = sizeof header + (sensible ? header.rows * row : 0);
  const std::size_t words = index + (sensible ? header.rows * sizeof(CacheRow) : 0);
  if (sensible && words + header.word_bytes <= most) {
    for (std::size_t i = 0; i < header.rows; ++i) {
      const auto hash = static_cast<std::uint32_t>(
          tg::detail::cache_hash(copy.data() + sizeof header + i * row, row));
      std::memcpy(copy.data() + index + i * sizeof(CacheRow) + offsetof(CacheRow, hash), &hash,
                  sizeof hash);
    }
    header.index_hash = tg::detail::cache_hash(copy.data() + index, words - index);
    header.index_hash =
        tg::detail::cache_hash(copy.data() + words, header.word_bytes, header.index_hash);
  }
  header.header_hash = 0;
  header.header_hash = tg::detail::cache_hash(&header, sizeof header);
  std::memcpy(copy.data(), &header, sizeof header);
}

}  // namespace

void fuzz::check(std::string_view bytes) {
  static const File file("input");
  static const std::string cache = folder() + "/cache";
  static const tg::WordVectors expected = [] {
    file.set(text);
    return tg::load_vectors(file.path(), any_word, {.cache = cache});
  }();
  static const std::string path = tg::detail::cache_file(file.path(), cache);
  static const std::string real = tg::read_file(path);
  const std::size_t choice = take_choice(bytes, 2);
  std::string copy(bytes);
  CacheHeader header;
  std::memcpy(&header, real.data(), sizeof header);
  if (choice == 1) fit(copy, header);
  tg::OutputFile written(path);
  written.append(copy.data(), copy.size());
  written.commit();
  const auto loaded = tg::load_vectors(file.path(), any_word, {.cache = cache});
  if (choice == 1) return;  // whatever the copy says
  expect(loaded.words == expected.words, "a damaged copy changes no word");
  expect(std::equal(loaded.values.begin(), loaded.values.end(), expected.values.begin()),
         "a damaged copy changes no number");
}
