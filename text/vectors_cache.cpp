#include <tapegrad/text/vectors_cache.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/vectors_header.hpp>
#include <tapegrad/text/vectors_reader.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <unordered_set>

namespace tapegrad::detail {
namespace {

constexpr char magic[] = "tapegrad vectors";
constexpr std::uint32_t version = 2;
constexpr std::uint32_t byte_order = 0x01020304;

std::uint32_t row_hash(const Real* values, std::size_t width) {
  return static_cast<std::uint32_t>(cache_hash(values, width * sizeof(Real)));
}

std::uint64_t header_hash(CacheHeader header) {
  header.header_hash = 0;
  return cache_hash(&header, sizeof header);
}

SourceStamp stamp_of(const InputFile& source) {
  constexpr std::size_t pieces = 64;
  constexpr std::size_t piece = 4096;
  SourceStamp stamp{source.size(), source.changed(), 0};
  std::string bytes(piece, '\0');
  const std::uint64_t last = stamp.size > piece ? stamp.size - piece : 0;
  for (std::uint64_t i = 0; i < pieces; ++i) {
    const std::size_t got = source.read(last / (pieces - 1) * i, bytes.data(), piece);
    stamp.sample = cache_hash(bytes.data(), got, stamp.sample);
  }
  const std::size_t got = source.read(last, bytes.data(), piece);
  stamp.sample = cache_hash(bytes.data(), got, stamp.sample);
  return stamp;
}

/// Why a copy cannot be used.
class Unusable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A copy that is there, and whole as far as its index goes.
class Copy {
 public:
  Copy(const std::string& path, const SourceStamp& source) : file_(path) {
    read(0, &header_, sizeof header_);
    if (std::memcmp(header_.magic, magic, sizeof header_.magic) != 0) throw damaged();
    if (header_.version != version || header_.byte_order != byte_order) {
      throw Unusable("is of another version or machine");
    }
    if (header_.header_hash != header_hash(header_)) throw damaged();
    if (header_.source != source) throw Unusable("is of another state of the file");
    const std::uint64_t size = file_.size();
    if (header_.rows > size / sizeof(CacheRow) || header_.width > max_vector_width) throw damaged();
    if (header_.word_bytes > size || size != words_begin() + header_.word_bytes) throw damaged();
    index_.resize(header_.rows);
    words_.resize(header_.word_bytes);
    read(index_begin(), index_.data(), index_.size() * sizeof(CacheRow));
    read(words_begin(), words_.data(), words_.size());
    std::uint64_t hash = cache_hash(index_.data(), index_.size() * sizeof(CacheRow));
    hash = cache_hash(words_.data(), words_.size(), hash);
    if (hash != header_.index_hash || !words_in_order()) throw damaged();
  }

  /// Nothing if a wanted vector has bad numbers.
  std::optional<WordVectors> load(const WordFilter& wanted) const {
    WordVectors vectors;
    std::vector<std::size_t> rows;
    const std::vector<char> accepted = accepted_rows(wanted);
    for (std::size_t row = 0; row < index_.size(); ++row) {
      if (accepted[row] == 0) continue;
      if ((index_[row].flags & CacheRow::repeated) != 0) {
        ++vectors.duplicates;
        continue;
      }
      if ((index_[row].flags & CacheRow::bad_numbers) != 0) return std::nullopt;
      rows.push_back(row);
      vectors.words.emplace_back(word(row));
    }
    vectors.lines = static_cast<Index>(index_.size());
    vectors.values = Array(Shape{rows.size(), width()});
    read_rows(rows, vectors.values.data());
    return vectors;
  }

 private:
  static Unusable damaged() { return Unusable("is damaged"); }

  std::size_t width() const { return header_.width; }
  std::size_t row_bytes() const { return width() * sizeof(Real); }
  std::uint64_t index_begin() const { return sizeof header_ + header_.rows * row_bytes(); }
  std::uint64_t words_begin() const { return index_begin() + header_.rows * sizeof(CacheRow); }

  void read(std::uint64_t offset, void* into, std::size_t size) const {
    if (file_.read(offset, into, size) != size) throw damaged();
  }

  /// Whether each word ends where it begins or later, and inside of `words_`.
  bool words_in_order() const {
    std::uint64_t end = 0;
    for (const CacheRow& row : index_) {
      if (row.word_end < end) return false;
      end = row.word_end;
    }
    return end <= words_.size();
  }

  std::string_view word(std::size_t row) const {
    const std::size_t begin = row == 0 ? 0 : index_[row - 1].word_end;
    return std::string_view(words_).substr(begin, index_[row].word_end - begin);
  }

  std::vector<char> accepted_rows(const WordFilter& wanted) const {
    std::vector<char> accepted(index_.size());
    parallel_ranges(index_.size(), 64, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) accepted[row] = wanted(word(row)) ? 1 : 0;
    });
    return accepted;
  }

  /// Neighbours with one call.
  void read_rows(const std::vector<std::size_t>& rows, Real* values) const {
    parallel_ranges(rows.size(), width(), [&](std::size_t begin, std::size_t end) {
      while (begin < end) {
        std::size_t after = begin + 1;
        while (after < end && rows[after] == rows[after - 1] + 1) ++after;
        Real* const to = values + begin * width();
        read(sizeof header_ + rows[begin] * row_bytes(), to, (after - begin) * row_bytes());
        for (; begin < after; ++begin) {
          const std::uint32_t hash = row_hash(values + begin * width(), width());
          if (hash != index_[rows[begin]].hash) throw damaged();
        }
      }
    });
  }

  InputFile file_;
  CacheHeader header_;
  std::vector<CacheRow> index_;
  std::string words_;
};

/// Makes the copy of the file that `reader` reads.
void write_copy(VectorReader& reader, const SourceStamp& source, const std::string& copy) {
  OutputFile file(copy, Durable::no);
  CacheHeader header{.version = version, .byte_order = byte_order, .source = source};
  std::memcpy(header.magic, magic, sizeof header.magic);
  header.width = reader.width();
  file.append(&header, sizeof header);
  std::vector<CacheRow> index;
  std::string words;
  std::unordered_set<std::string, WordHash> seen;
  reader.each_block([](std::string_view) { return true; },
                    [&](const VectorBlock& block) {
                      for (std::size_t row = 0; row < block.words.size(); ++row) {
                        words += block.words[row];
                        const bool repeated = !seen.emplace(block.words[row]).second;
                        const Real* values = block.values.data() + row * reader.width();
                        index.push_back({words.size(), row_hash(values, reader.width()),
                                         repeated ? CacheRow::repeated : 0});
                      }
                      for (const BadNumbers& bad : block.bad) {
                        index[index.size() - block.words.size() + bad.row].flags |=
                            CacheRow::bad_numbers;
                      }
                      file.append(block.values.data(), block.values.size() * sizeof(Real));
                    });
  header.rows = index.size();
  header.word_bytes = words.size();
  header.index_hash = cache_hash(index.data(), index.size() * sizeof(CacheRow));
  header.index_hash = cache_hash(words.data(), words.size(), header.index_hash);
  header.header_hash = header_hash(header);
  file.append(index.data(), index.size() * sizeof(CacheRow));
  file.append(words.data(), words.size());
  file.write_at(0, &header, sizeof header);
  const InputFile now(input_place(reader.path()).file);
  if (stamp_of(now) != source) throw Unusable("the file was changed meanwhile");
  file.commit();
}

/// Nothing if a wanted vector has bad numbers, or the file is not for the cache.
std::optional<WordVectors> make_and_load(const std::string& path, const WordFilter& wanted,
                                         const SourceStamp& source, const std::string& copy,
                                         const ReadProgress& progress) {
  const std::unique_ptr<VectorReader> reader = open_vectors(path, Malformed::strict, progress);
  if (!reader->cacheable()) {
    warn(path + ": is not cached: it loads as fast without");
    return std::nullopt;
  }
  std::filesystem::create_directories(std::filesystem::path(copy).parent_path());
  write_copy(*reader, source, copy);
  std::optional<WordVectors> vectors = Copy(copy, source).load(wanted);
  if (vectors) vectors->cache_written = copy;
  return vectors;
}

}  // namespace

std::uint64_t cache_hash(const void* bytes, std::size_t size, std::uint64_t hash) {
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 32U;
  };
  const char* at = static_cast<const char*>(bytes);
  mix(size);
  for (; size >= 8; size -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    mix(word);
  }
  std::uint64_t rest = 0;
  if (size > 0) std::memcpy(&rest, at, size);
  mix(rest);
  return hash;
}

std::string cache_file(const std::string& path, const std::string& folder) {
  namespace fs = std::filesystem;
  const std::string full = fs::weakly_canonical(path).string();
  const auto hash = static_cast<std::uint32_t>(cache_hash(full.data(), full.size()));
  return (fs::path(folder) /
          fmt::format("{}.{:08x}.vectors", fs::path(path).filename().string(), hash))
      .string();
}

std::optional<WordVectors> load_cached(const std::string& path, const WordFilter& wanted,
                                       const VectorOptions& options) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const std::string file = input_place(path).file;
  if (path == "-" || !fs::is_regular_file(file, ignored)) {
    if (path == "-" || fs::exists(file, ignored)) warn(path + ": is no file, and not cached");
    return std::nullopt;
  }
  const SourceStamp source = stamp_of(InputFile(file));
  const std::string copy = cache_file(path, options.cache);
  try {
    if (fs::exists(copy)) return Copy(copy, source).load(wanted);
  } catch (const Unusable& error) {
    warn(fmt::format("{}: {}, and is made again", copy, error.what()));
  } catch (const std::system_error& error) {
    warn(fmt::format("{}, and is made again", error.what()));
  }
  try {
    return make_and_load(path, wanted, source, copy, options.progress);
  } catch (const FormatError& error) {
    // With Malformed::strict loading the text says which of its errors counts.
    if (options.malformed == Malformed::skip) warn(fmt::format("not cached: {}", error.what()));
  } catch (const Unusable& error) {
    warn(fmt::format("{}: is not cached: {}", path, error.what()));
  } catch (const std::system_error& error) {
    warn(fmt::format("{}: is not cached: {}", path, error.what()));
  }
  return std::nullopt;
}

}  // namespace tapegrad::detail
