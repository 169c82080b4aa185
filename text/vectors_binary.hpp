// word2vec's binary form: a line COUNT DIM, then for each word its bytes, a space, and DIM
// little-endian float32. A line end may follow, which word2vec writes and gensim does not.
#pragma once

#include <memory>
#include <string_view>
#include <tapegrad/text/vectors_rows.hpp>

namespace tapegrad::detail {

/// Whether a file that begins like this is one: it has the first line of such files, the line after
/// it does not end in numbers, and there are control characters, which text has none of, or bytes
/// beyond ASCII where text has the numbers of its first line.
bool is_word2vec_binary(std::string_view head);

class BinaryVectors final : public RowReader {
 public:
  /// FormatError for a DIM that is 0 or too large.
  BinaryVectors(std::unique_ptr<ByteReader> bytes, Malformed policy);

  void each_block(const WordFilter& wanted, const UseBlock& use) override;

 private:
  bool take_row(VectorRow& row);
  std::string what_is_cut() const;

  std::size_t count_ = 0;
};

}  // namespace tapegrad::detail
