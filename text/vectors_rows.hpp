// Word vectors whose numbers lie in the file as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tapegrad/text/vectors_reader.hpp>
#include <vector>

namespace tapegrad::detail {

/// Little-endian IEEE numbers.
enum class NumberType { f16, f32, f64 };
/// The bytes of one number.
std::size_t size_of(NumberType type);
/// The number at `bytes`; of f64 the nearest Real, infinite if there is none.
Real number_at(const char* bytes, NumberType type);

/// A word, and where its numbers lie.
struct VectorRow {
  std::string_view word;
  const char* numbers = nullptr;
  std::uint64_t offset = 0;  ///< of the entry in the file
};

/// What the readers of binary forms share: a buffer, rows that are taken out of it on all threads,
/// and the end of the file.
class RowReader : public VectorReader {
 public:
  RowReader(std::unique_ptr<ByteReader> bytes, Malformed policy);

  [[noreturn]] void fail(std::size_t number, const std::string& message) const override;
  const char* unit() const override { return "entry"; }

 protected:
  /// What is read and not taken yet.
  std::string_view rest() const { return std::string_view(buffer_).substr(begin_, end_ - begin_); }
  void take(std::size_t size) { begin_ += size; }
  /// Reads on; what was taken is forgotten. False at the end of the file.
  bool read_on();
  /// Where rest() begins in the file.
  std::uint64_t offset() const { return offset_ + begin_; }
  /// Hands out rows whose numbers lie in what was taken since read_on.
  void hand_out_rows(const std::vector<VectorRow>& rows, NumberType type, const WordFilter& wanted,
                     const UseBlock& use);
  /// What is left begins with an entry that is not all there: an error, or left out, with all that
  /// follows.
  void leave_out_rest(const std::string& message, const UseBlock& use);
  /// Looks whether the file ends after so many entries, announced by `header`.
  void check_end(std::size_t announced, const char* header);

 private:
  std::unique_ptr<ByteReader> bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;  // of the buffer in the file
  bool rest_is_left_out_ = false;
};

}  // namespace tapegrad::detail
