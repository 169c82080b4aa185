#include <tapegrad/layers/positional_encoding.hpp>

#include <fmt/core.h>

#include <cmath>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/layers/init.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Array sinusoids(std::size_t positions, std::size_t width) {
  return generate({positions, width}, [width](std::size_t i) {
    const std::size_t column = i % width;
    const double exponent = static_cast<double>(column - column % 2) / static_cast<double>(width);
    const double angle = static_cast<double>(i / width) / std::pow(10000.0, exponent);
    return static_cast<Real>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
  });
}

// x plus the first rows of the table.
Tensor add_positions(const char* layer, const Tensor& x, const Tensor& table) {
  const std::size_t most = table.size(0);
  const std::size_t width = table.size(1);
  if (x.dim() != 3 || x.size(1) > most || x.size(2) != width) {
    check_shape(false, layer, "x", x.shape(),
                fmt::format("[B, T, {}] with T at most {}", width, most));
  }
  return x + slice(table, 0, 0, static_cast<Index>(x.size(1)));
}

}  // namespace

PositionalEncoding::PositionalEncoding(std::size_t width, const PositionalEncodingOptions& options)
    : table(sinusoids(options.max_len, width)), dropout(options.dropout) {}

Tensor PositionalEncoding::operator()(const Tensor& x, const Context& context) const {
  return dropout(add_positions("PositionalEncoding", x, table), context);
}

LearnedPositionalEncoding::LearnedPositionalEncoding(std::size_t width, Rng& rng,
                                                     const PositionalEncodingOptions& options)
    : weight(zeros({options.max_len, width})), dropout(options.dropout) {
  init::normal(weight, rng, 0.0, 0.02);
}

Tensor LearnedPositionalEncoding::operator()(const Tensor& x, const Context& context) const {
  return dropout(add_positions("LearnedPositionalEncoding", x, weight), context);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
