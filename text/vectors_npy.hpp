// Word matrices of NumPy. In .npz the arrays `words` (strings, <U or S) and `vectors` [N, D]; or
// `vectors` alone in NAME.npy and the words beside it in NAME.words.txt or NAME.txt, one a line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tapegrad/text/vectors_rows.hpp>
#include <vector>

namespace tapegrad::detail {

/// Whether `path` is a zip archive with the two arrays in it.
bool is_npz(const std::string& path);
/// Whether a file that begins like this is a .npy.
bool is_npy(std::string_view head);

class NpyVectors final : public RowReader {
 public:
  /// An .npz. FormatError for a malformed header, other types of numbers than f16, f32 and f64,
  /// other shapes than [N, D] and [N].
  NpyVectors(const std::string& path, Malformed policy, const ReadProgress& progress);
  /// A .npy. The same errors, and those of the file of words.
  NpyVectors(std::unique_ptr<ByteReader> bytes, Malformed policy);

  void each_block(const WordFilter& wanted, const UseBlock& use) override;
  bool cacheable() const override { return false; }

 private:
  void read_header();

  std::vector<std::string> words_;
  NumberType type_ = NumberType::f32;
};

}  // namespace tapegrad::detail
