#include <tapegrad/training/safetensors.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/half.hpp>
#include <tapegrad/training/safetensors_header.hpp>
#include <utility>

// The format is little-endian, and numbers are copied as they are.
static_assert(std::endian::native == std::endian::little,
              "safetensors files are not read or written on big-endian machines");

namespace tapegrad {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t alignment = 8;  // of the data in the file

struct NamedType {
  DType dtype;
  const char* name;
  std::size_t size;
};

constexpr std::array<NamedType, 13> types = {{{DType::f64, "F64", 8},
                                              {DType::f32, "F32", 4},
                                              {DType::f16, "F16", 2},
                                              {DType::bf16, "BF16", 2},
                                              {DType::i64, "I64", 8},
                                              {DType::i32, "I32", 4},
                                              {DType::i16, "I16", 2},
                                              {DType::i8, "I8", 1},
                                              {DType::u64, "U64", 8},
                                              {DType::u32, "U32", 4},
                                              {DType::u16, "U16", 2},
                                              {DType::u8, "U8", 1},
                                              {DType::boolean, "BOOL", 1}}};

const NamedType& type_of(DType dtype) {
  return *std::find_if(types.begin(), types.end(),
                       [dtype](const NamedType& type) { return type.dtype == dtype; });
}

// The header of a file that holds these tensors in this order.
std::string header_of(const std::vector<RawTensor>& tensors, const Metadata& metadata) {
  std::set<std::string> names = {safetensors_metadata_name};
  const auto check_text = [](const std::string& text) {
    if (text.find('\0') == std::string::npos) return;
    throw std::invalid_argument(fmt::format("write_safetensors: a NUL in {}", quoted_name(text)));
  };
  Json header = Json::object();
  for (const auto& [key, text] : metadata) {
    check_text(key);
    check_text(text);
    header[safetensors_metadata_name][key] = text;
  }
  std::size_t offset = 0;
  for (const RawTensor& tensor : tensors) {
    check_text(tensor.name);
    if (!names.insert(tensor.name).second) {
      throw std::invalid_argument(
          fmt::format("write_safetensors: the name {} comes twice", quoted_name(tensor.name)));
    }
    const std::size_t end = offset + bytes_of(tensor);
    header[tensor.name] = {{"dtype", to_string(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, end}}};
    offset = end;
  }
  try {
    std::string text = header.dump();
    text.append((alignment - text.size() % alignment) % alignment, ' ');
    return text;
  } catch (const Json::exception& error) {
    throw std::invalid_argument(fmt::format("write_safetensors: {}", error.what()));
  }
}

std::string_view view(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

}  // namespace

std::string to_string(DType dtype) {
  return type_of(dtype).name;
}

std::optional<DType> find_dtype(std::string_view name) {
  for (const NamedType& type : types) {
    if (name == type.name) return type.dtype;
  }
  return std::nullopt;
}

bool is_float(DType dtype) {
  return dtype == DType::f64 || dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

std::size_t size_of(DType dtype) {
  return type_of(dtype).size;
}

std::size_t bytes_of(const RawTensor& tensor) {
  return std::accumulate(tensor.shape.begin(), tensor.shape.end(), size_of(tensor.dtype),
                         std::multiplies<>());
}

void write_safetensors(const std::string& path, const std::vector<RawTensor>& tensors,
                       const Metadata& metadata) {
  // Each tensor then starts at a multiple of the size of its numbers.
  std::vector<RawTensor> sorted = tensors;
  std::stable_sort(sorted.begin(), sorted.end(), [](const RawTensor& a, const RawTensor& b) {
    return size_of(a.dtype) > size_of(b.dtype);
  });
  const std::string header = header_of(sorted, metadata);
  const std::uint64_t length = header.size();
  if (length > safetensors_max_header) {
    throw std::length_error(
        fmt::format("write_safetensors: {}: the header would have {} bytes, {} "
                    "are what readers of the format take",
                    path, length, safetensors_max_header));
  }
  std::vector<std::string_view> pieces = {view(&length, safetensors_length_bytes), header};
  for (const RawTensor& tensor : sorted) pieces.push_back(view(tensor.data, bytes_of(tensor)));
  write_file(path, pieces);
}

inline namespace TAPEGRAD_PRECISION {
namespace {

// Reads the numbers block by block: they may lie on any byte, and need not fit into memory twice.
template <class Number, class Convert>
void read_numbers(const MappedFile& file, std::uint64_t offset, Array& into, Convert convert) {
  constexpr std::size_t block = 1U << 14U;
  std::vector<Number> numbers(std::min(block, into.size()));
  for (std::size_t begin = 0; begin < into.size(); begin += block) {
    const std::size_t n = std::min(block, into.size() - begin);
    file.read(offset + begin * sizeof(Number), numbers.data(), n * sizeof(Number));
    std::transform(numbers.data(), numbers.data() + n, into.data() + begin, convert);
  }
}

}  // namespace

RawTensor raw_tensor(std::string name, const Array& array) {
  return {std::move(name),
          sizeof(Real) == 4 ? DType::f32 : DType::f64,
          {array.shape().begin(), array.shape().end()},
          array.data()};
}

SafetensorsFile::SafetensorsFile(const std::string& path) : file_(path) {
  std::array<char, safetensors_length_bytes> begin{};
  if (file_.size() == 0) throw FormatError(path, 0, "is empty, expected a safetensors file");
  if (file_.size() < begin.size()) {
    throw FormatError(path, 0,
                      fmt::format("expected a safetensors file, found {} bytes", file_.size()));
  }
  file_.read(0, begin.data(), begin.size());
  std::string json(safetensors_header_length(begin.data(), file_.size(), path), '\0');
  file_.read(begin.size(), json.data(), json.size());
  const std::size_t data_begin = begin.size() + json.size();
  SafetensorsHeader header = parse_safetensors_header(json, file_.size() - data_begin, path);
  tensors_ = std::move(header.tensors);
  metadata_ = std::move(header.metadata);
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    tensors_[i].data = file_.data() + data_begin + header.begins[i];
    places_.emplace(tensors_[i].name, i);
  }
}

const RawTensor* SafetensorsFile::find(std::string_view name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : &tensors_[found->second];
}

std::uint64_t SafetensorsFile::offset_of(const RawTensor& tensor) const {
  return static_cast<std::uint64_t>(static_cast<const std::byte*>(tensor.data) - file_.data());
}

void SafetensorsFile::copy(const RawTensor& tensor, void* into) const {
  file_.read(offset_of(tensor), into, bytes_of(tensor));
}

Array SafetensorsFile::array(const RawTensor& tensor) const {
  const std::uint64_t offset = offset_of(tensor);
  const auto to_real = [](auto number) { return static_cast<Real>(number); };
  const auto wide = [](auto number) { return static_cast<Real>(to_float(number)); };
  if (!is_float(tensor.dtype)) {
    throw FormatError(path(), 0,
                      fmt::format("tensor {} has type {}, expected F64, F32, F16 or BF16",
                                  quoted_name(tensor.name), to_string(tensor.dtype)));
  }
  Array array(Shape(tensor.shape.begin(), tensor.shape.end()));
  if (tensor.dtype == DType::f64) read_numbers<double>(file_, offset, array, to_real);
  if (tensor.dtype == DType::f32) read_numbers<float>(file_, offset, array, to_real);
  if (tensor.dtype == DType::f16) read_numbers<Half>(file_, offset, array, wide);
  if (tensor.dtype == DType::bf16) read_numbers<BFloat16>(file_, offset, array, wide);
  return array;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
