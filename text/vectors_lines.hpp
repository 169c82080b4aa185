// The lines of a file of word vectors, taken apart on all threads.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/vectors.hpp>
#include <vector>

namespace tapegrad::detail {

/// A line whose numbers are wrong. That is an error only if its vector is used.
struct BadNumbers {
  std::size_t row = 0;   ///< its place among the words of its block
  std::size_t line = 0;  ///< its number in the file
  std::string message;
};

/// Some lines in a row.
struct VectorBlock {
  std::vector<std::string_view> words;  ///< the wanted ones, repeated ones too
  std::vector<Real> values;             ///< [words, D]
  std::vector<BadNumbers> bad;          ///< in the order of their rows
  std::size_t lines = 0;
  std::string error;  ///< what is wrong with the last of its lines; empty: nothing
};

/// Reads a file of word vectors: finds its width, and hands its lines out in order.
class VectorLines {
 public:
  /// FormatError if the first lines do not tell the width.
  explicit VectorLines(const std::string& path);

  std::size_t width() const { return width_; }
  /// The number of vectors that were handed out.
  std::size_t entries() const { return entries_; }

  /// Calls use(block) for all lines, block after block. `wanted` is asked from several threads at
  /// once. FormatError, for the first line that is malformed, after `use` got the lines before.
  void each_block(const WordFilter& wanted, const std::function<void(VectorBlock&)>& use);

  [[noreturn]] void fail(std::size_t line, const std::string& message) const;

 private:
  void find_header(std::string_view first_line);
  void find_width(std::string_view lines);
  void use_chunk(const WordFilter& wanted, const std::function<void(VectorBlock&)>& use);

  std::string path_;
  ChunkReader reader_;
  std::string_view chunk_;  // what is left of the one that was read last
  std::optional<std::size_t> header_count_;
  std::size_t width_ = 0;
  std::size_t lines_ = 0;  // handed out or skipped
  std::size_t entries_ = 0;
};

}  // namespace tapegrad::detail
