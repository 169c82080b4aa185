// The initializers of whole matrices. Each makes the matrix, and hands it to init::values, which
// knows what is frozen.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/layers/init.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace init {
namespace {

void check_dimensions(const char* asker, const Shape& shape, std::size_t least, std::size_t most,
                      const char* wanted) {
  if (shape.size() >= least && shape.size() <= most) return;
  throw ShapeError(fmt::format("init::{}: the parameter has shape {}, {} are wanted", asker,
                               to_string(shape), wanted));
}

// Several sums next to each other: one alone waits for each addition to end.
double dot(const double* a, const double* b, std::size_t n) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + lanes.size() <= n; i += lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
      lanes[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < n; ++i) lanes[0] += a[i] * b[i];
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

// Vectors of `length` numbers, one after the other, made orthonormal by Gram and Schmidt's method.
// Each goes through it twice, which is enough for full accuracy (Giraud et al., 2005).
void orthonormalize(std::vector<double>& vectors, std::size_t length) {
  if (vectors.empty()) return;
  std::vector<double> parts(vectors.size() / length);
  for (std::size_t j = 0; j < parts.size(); ++j) {
    double* v = vectors.data() + j * length;
    for (int pass = 0; pass < 2; ++pass) {
      parallel_ranges(j, length, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          parts[i] = dot(vectors.data() + i * length, v, length);
        }
      });
      parallel_ranges(length, j, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = 0; i < j; ++i) {
          const double* q = vectors.data() + i * length;
          for (std::size_t k = begin; k < end; ++k) v[k] -= parts[i] * q[k];
        }
      });
    }
    const double norm = std::sqrt(dot(v, v, length));
    std::for_each(v, v + length, [norm](double& x) { x /= norm; });
  }
}

Array drawn(const Shape& shape, Rng& rng, double std) {
  const Parameter p(tapegrad::zeros(shape));
  normal(p, rng, 0.0, std);
  return p.value();
}

}  // namespace

void eye(Parameter p) {
  check_dimensions("eye", p.shape(), 2, 2, "2 dimensions");
  Array matrix = tapegrad::zeros(p.shape());
  for (std::size_t i = 0; i < std::min(p.shape()[0], p.shape()[1]); ++i) matrix(i, i) = 1;
  values(std::move(p), matrix);
}

void dirac(Parameter p) {
  check_dimensions("dirac", p.shape(), 3, 5, "3 to 5 dimensions");
  const Shape& shape = p.shape();
  std::size_t size = 1;    // of the filter of one output and one input channel
  std::size_t middle = 0;  // in it
  for (std::size_t axis = 2; axis < shape.size(); ++axis) {
    size *= shape[axis];
    middle = middle * shape[axis] + shape[axis] / 2;
  }
  Array filters = tapegrad::zeros(shape);
  for (std::size_t i = 0; i < std::min(shape[0], shape[1]) && size > 0; ++i) {
    filters.data()[(i * shape[1] + i) * size + middle] = 1;
  }
  values(std::move(p), filters);
}

void orthogonal(Parameter p, Rng& rng, double gain) {
  fans(p.shape(), "orthogonal");
  Array matrix = drawn(p.shape(), rng, 1.0);
  const std::size_t rows = p.shape()[0];
  const std::size_t columns = row_width(p.shape());
  const bool wide = rows <= columns;
  const std::size_t length = wide ? columns : rows;
  // Where number k of vector j lies in the matrix.
  const auto place = [&](std::size_t i) { return wide ? i : i % length * columns + i / length; };
  std::vector<double> vectors(matrix.size());
  for (std::size_t i = 0; i < vectors.size(); ++i) vectors[i] = matrix.data()[place(i)];
  orthonormalize(vectors, length);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    matrix.data()[place(i)] = static_cast<Real>(gain * vectors[i]);
  }
  values(std::move(p), matrix);
}

void sparse(Parameter p, Rng& rng, double sparsity, double std) {
  check_dimensions("sparse", p.shape(), 2, 2, "2 dimensions");
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw std::invalid_argument(
        fmt::format("init::sparse: sparsity is {}, must be in [0, 1]", sparsity));
  }
  if (!(std >= 0)) {
    throw std::invalid_argument(fmt::format("init::sparse: std is {}, must be 0 or more", std));
  }
  Array matrix = drawn(p.shape(), rng, std);
  std::vector<std::size_t> rows(p.shape()[0]);
  const auto zeros =
      static_cast<std::size_t>(std::ceil(sparsity * static_cast<double>(rows.size())));
  for (std::size_t column = 0; column < p.shape()[1]; ++column) {
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    shuffle(rows, rng);
    for (std::size_t i = 0; i < zeros; ++i) matrix(rows[i], column) = 0;
  }
  values(std::move(p), matrix);
}

}  // namespace init
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
