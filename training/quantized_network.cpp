#include <tapegrad/training/quantized_network.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/half.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/training/model_files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// A table's numbers as a file has them: codes together, scales together.
struct Stored {
  std::vector<std::uint8_t> codes;
  std::vector<float> scales, zeros;
};

Stored stored(const QuantizedTable& table) {
  Stored result;
  const std::size_t bytes = table.code_bytes();
  result.codes.reserve(table.rows() * bytes);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    result.codes.insert(result.codes.end(), table.row(row), table.row(row) + bytes);
    result.scales.push_back(table.scale(row).scale);
    result.zeros.push_back(table.scale(row).zero);
  }
  return result;
}

// The tensors that a table [V, D] is stored as; without data.
std::vector<RawTensor> table_tensors(QuantizedKind kind, const Shape& table) {
  if (kind == QuantizedKind::float16) return {{"embed.weight", DType::f16, {table[0], table[1]}}};
  return {{"embed.weight", DType::u8, {table[0], code_bytes(kind, table[1])}},
          {"embed.scale", DType::f32, {table[0]}},
          {"embed.zero", DType::f32, {table[0]}}};
}

const RawTensor& find_like(const SafetensorsFile& file, const RawTensor& wanted) {
  const auto text = [](const RawTensor& tensor) {
    return to_string(tensor.dtype) + " " +
           to_string(Shape(tensor.shape.begin(), tensor.shape.end()));
  };
  const RawTensor* tensor = file.find(wanted.name);
  if (tensor == nullptr) {
    throw FormatError(file.path(), 0, fmt::format("tensor {} is missing", wanted.name));
  }
  if (text(*tensor) != text(wanted)) {
    throw FormatError(file.path(), 0,
                      fmt::format("tensor {} is {}, config.json wants {}", wanted.name,
                                  text(*tensor), text(wanted)));
  }
  return *tensor;
}

// The largest number that a row with this scale may hold is one, too.
void check_scale(const SafetensorsFile& file, std::size_t row, const RowScale& s, float codes) {
  const bool sound = s.scale >= 0 && std::isfinite(s.zero) && std::isfinite(s.scale * codes) &&
                     std::isfinite(s.scale * codes + s.zero);
  if (sound) return;
  throw FormatError(
      file.path(), 0,
      fmt::format("row {} of the table has scale {} and zero point {}: its numbers are not finite",
                  row, s.scale, s.zero));
}

void check_halves(const SafetensorsFile& file, std::size_t row, const std::uint8_t* bytes,
                  std::size_t width) {
  for (std::size_t d = 0; d < width; ++d) {
    Half half;
    std::memcpy(&half, bytes + d * sizeof half, sizeof half);
    if (std::isfinite(to_float(half))) continue;
    throw FormatError(file.path(), 0,
                      fmt::format("row {} of the table has {} in column {}, finite numbers are "
                                  "wanted",
                                  row, to_float(half), d));
  }
}

template <class T>
std::vector<T> numbers(const SafetensorsFile& file, const RawTensor& tensor) {
  std::vector<T> all(bytes_of(tensor) / sizeof(T));
  file.copy(tensor, all.data());
  return all;
}

QuantizedTable read_table(const SafetensorsFile& file, QuantizedKind kind, const Shape& shape) {
  std::vector<const RawTensor*> found;
  for (const RawTensor& wanted : table_tensors(kind, shape)) {
    found.push_back(&find_like(file, wanted));
  }
  const auto codes = numbers<std::uint8_t>(file, *found[0]);
  QuantizedTable table(kind, shape[0], shape[1]);
  const std::size_t bytes = table.code_bytes();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::copy_n(codes.data() + row * bytes, bytes, table.row(row));
    if (kind == QuantizedKind::float16) check_halves(file, row, table.row(row), shape[1]);
  }
  if (kind == QuantizedKind::float16) return table;
  const auto scales = numbers<float>(file, *found[1]);
  const auto zeros = numbers<float>(file, *found[2]);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const RowScale scale{scales[row], zeros[row]};
    check_scale(file, row, scale, kind == QuantizedKind::int8 ? 255 : 15);
    table.set_scale(row, scale);
  }
  return table;
}

// The tensors beside `others` ones: the parameters, and nothing else.
void read_others(const SafetensorsFile& file, const std::vector<NamedParameter>& parameters,
                 std::size_t others) {
  for (const auto& [name, p] : parameters) {
    find_like(file, {name, DType::f32, {p.shape().begin(), p.shape().end()}});
  }
  if (file.tensors().size() != others + parameters.size()) {
    throw FormatError(file.path(), 0,
                      fmt::format("has {} tensors, the model {}", file.tensors().size(),
                                  others + parameters.size()));
  }
  for (const auto& [name, p] : parameters) Parameter(p).assign(file.array(*file.find(name)));
}

void clear_padding(QuantizedTable& table, const std::string& path) {
  const Array row = embedding(table, {Vocabulary::pad}).value();
  if (std::all_of(row.begin(), row.end(), [](Real x) { return x == 0; })) return;
  warn(fmt::format("{}: the padding row {} of the table was not zero; it is now", path,
                   Vocabulary::pad));
  std::fill_n(table.row(Vocabulary::pad), table.row_bytes(), std::uint8_t{0});
}

}  // namespace

void write_network(const std::string& path, const TextClassifier& net) {
  const QuantizedTable* table = net.quantized();
  if (table == nullptr) return write_parameters(path, parameters(net));
  const Stored numbers = stored(*table);
  std::vector<RawTensor> tensors = table_tensors(table->kind(), net.table_shape());
  const void* const data[] = {numbers.codes.data(), numbers.scales.data(), numbers.zeros.data()};
  for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].data = data[i];
  for (const auto& [name, p] : parameters(net)) tensors.push_back(raw_tensor(name, p.value()));
  write_safetensors(path, tensors, {{"format", "pt"}});
}

TextClassifier read_quantized_network(const std::string& path, const ClassifierConfig& config,
                                      QuantizedKind kind, const Shape& table) {
  const SafetensorsFile file(path);
  QuantizedTable quantized = read_table(file, kind, table);
  clear_padding(quantized, path);
  // Made around a table of padding alone, as this one has no parameter.
  Rng rng(0);
  TextClassifier net = make_classifier(config, zeros({1, table[1]}), rng);
  std::visit([&](auto& each) { each.embed.use_quantized(std::move(quantized)); }, net.net);
  if (auto* bag = std::get_if<BagClassifier>(&net.net); bag != nullptr && bag->nb.defined()) {
    bag->nb = Parameter(zeros({table[0]}));
    bag->nb.set_frozen(true);
  }
  read_others(file, parameters(net), table_tensors(kind, table).size());
  return net;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
