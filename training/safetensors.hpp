// Named tensors in a file: the safetensors format (8 bytes of header length, a JSON header, the
// data; https://github.com/huggingface/safetensors, "Format").
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/mapped_file.hpp>
#include <vector>

namespace tapegrad {

/// The types of numbers that a tensor in a file may have; boolean is one byte, 0 or 1.
enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };
/// The format's name of a type: "F32".
std::string to_string(DType dtype);
/// The type of such a name, nothing for another name.
std::optional<DType> find_dtype(std::string_view name);
/// Whether its numbers can be made Real: F64, F32, F16 and BF16.
bool is_float(DType dtype);
/// The bytes of one number.
std::size_t size_of(DType dtype);

/// A tensor of a file, or one to be written: its numbers as they stand in the file, little-endian,
/// row-major. In a file that another program wrote they may lie on any byte, whatever their type;
/// in one that write_safetensors wrote, on a multiple of their size.
struct RawTensor {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::size_t> shape;
  const void* data = nullptr;
};
/// The bytes of a tensor's numbers.
std::size_t bytes_of(const RawTensor& tensor);

/// Texts that a file has beside its tensors, under __metadata__.
using Metadata = std::map<std::string, std::string>;

/// Writes the tensors, those of larger numbers first, otherwise in this order. Written beside and
/// renamed, as write_file does. The same tensors give the same bytes. std::invalid_argument for a
/// name or a text that is not UTF-8 or holds a NUL, the name __metadata__, and a name that comes
/// twice; std::length_error for names and texts that no reader would take, as they are more than
/// 100 MB.
void write_safetensors(const std::string& path, const std::vector<RawTensor>& tensors,
                       const Metadata& metadata = {});

inline namespace TAPEGRAD_PRECISION {

/// An array as a tensor to be written; the array must live until then.
RawTensor raw_tensor(std::string name, const Array& array);

/// A safetensors file in mapped memory.
///
/// Its header is checked as a whole when it is opened, so that every tensor's data lies in the
/// file. `copy` and `array` may be used whatever happens to the file: one that somebody cuts short
/// meanwhile is a FormatError. Whoever looks at RawTensor::data is killed by the system (SIGBUS) in
/// that case; a file that is replaced by renaming, as all files here are, stays whole for those who
/// have it open. All functions may be called from several threads.
class SafetensorsFile {
 public:
  /// FormatError for anything that is not such a file: a header that is too long (100 MB, as in the
  /// format's own reader) or no JSON object, a name that comes twice, an unknown type, tensors that
  /// overlap, leave gaps or do not end with the file, a size that does not fit the shape. Errors of
  /// opening as in MappedFile.
  explicit SafetensorsFile(const std::string& path);

  const std::string& path() const { return file_.path(); }
  /// In bytes.
  std::size_t size() const { return file_.size(); }
  /// In the order of their data, which points into the file.
  const std::vector<RawTensor>& tensors() const { return tensors_; }
  /// The tensor of this name; nullptr if there is none.
  const RawTensor* find(std::string_view name) const;
  const Metadata& metadata() const { return metadata_; }

  /// Copies the bytes_of(tensor) bytes of one of `tensors`. FormatError if the file was cut short.
  void copy(const RawTensor& tensor, void* into) const;
  /// The numbers of one of `tensors`, rounded to Real. FormatError for another type than is_float
  /// takes, and as in `copy`.
  Array array(const RawTensor& tensor) const;

 private:
  std::uint64_t offset_of(const RawTensor& tensor) const;

  MappedFile file_;
  std::vector<RawTensor> tensors_;
  std::map<std::string, std::size_t, std::less<>> places_;  // in tensors_
  Metadata metadata_;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
