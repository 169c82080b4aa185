#include <tapegrad/training/quantized_network.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/half.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/training/model_files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <utility>

namespace tapegrad {

std::vector<WantedTensor> quantized_tensors(QuantizedKind kind, std::size_t rows,
                                            std::size_t width) {
  if (kind == QuantizedKind::float16) return {{"embed.weight", {rows, width}, DType::f16}};
  return {{"embed.weight", {rows, code_bytes(kind, width)}, DType::u8},
          {"embed.scale", {rows}, DType::f32},
          {"embed.zero", {rows}, DType::f32}};
}

inline namespace TAPEGRAD_PRECISION {
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

QuantizedTable read_table(const SafetensorsFile& file, QuantizedKind kind, std::size_t width) {
  const RawTensor& weight = *file.find("embed.weight");
  const auto codes = numbers<std::uint8_t>(file, weight);
  QuantizedTable table(kind, weight.shape[0], width);
  const std::size_t bytes = table.code_bytes();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::copy_n(codes.data() + row * bytes, bytes, table.row(row));
    if (kind == QuantizedKind::float16) check_halves(file, row, table.row(row), width);
  }
  if (kind == QuantizedKind::float16) return table;
  const auto scales = numbers<float>(file, *file.find("embed.scale"));
  const auto zeros = numbers<float>(file, *file.find("embed.zero"));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const RowScale scale{scales[row], zeros[row]};
    check_scale(file, row, scale, kind == QuantizedKind::int8 ? 255 : 15);
    table.set_scale(row, scale);
  }
  return table;
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
  const void* const data[] = {numbers.codes.data(), numbers.scales.data(), numbers.zeros.data()};
  std::vector<RawTensor> tensors;
  for (const auto& [name, shape, dtype] :
       quantized_tensors(table->kind(), table->rows(), table->width())) {
    tensors.push_back({name, *dtype, {shape.begin(), shape.end()}, data[tensors.size()]});
  }
  for (const auto& [name, p] : parameters(net)) tensors.push_back(raw_tensor(name, p.value()));
  write_safetensors(path, tensors, {{"format", "pt"}});
}

TextClassifier read_quantized(const SafetensorsFile& file, const ClassifierConfig& config,
                              QuantizedKind kind, std::size_t width) {
  QuantizedTable table = read_table(file, kind, width);
  const std::size_t rows = table.rows();
  clear_padding(table, file.path());
  // Made around a table of padding alone, as this one is no parameter.
  Rng rng(0);
  TextClassifier net = make_classifier(config, zeros({1, width}), rng);
  std::visit([&](auto& each) { each.embed.use_quantized(std::move(table)); }, net.net);
  if (auto* bag = std::get_if<BagClassifier>(&net.net); bag != nullptr && bag->nb.defined()) {
    bag->nb = Parameter(zeros({rows}));
    bag->nb.set_frozen(true);
  }
  return net;
}

void check_quantized(const KeptVectors& kept, QuantizedKind kind) {
  if (kept.words.empty()) return;
  try {
    quantize(kept.values, kind);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("kept vectors: {}", error.what()));
  }
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
