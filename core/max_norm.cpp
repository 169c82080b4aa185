#include <tapegrad/core/max_norm.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/parallel.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

double norm(const Real* x, std::size_t n, double p) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double size = std::abs(static_cast<double>(x[i]));
    if (p == 2) {
      sum += size * size;
    } else if (std::isinf(p)) {
      sum = std::max(sum, size);
    } else {
      sum += p == 1 ? size : std::pow(size, p);
    }
  }
  if (p == 2) return std::sqrt(sum);
  return std::isinf(p) ? sum : std::pow(sum, 1 / p);
}

}  // namespace

void check_max_norm(const char* who, const Tensor& table, std::optional<double> max_norm,
                    double norm_type) {
  if (!max_norm) return;
  const auto check_positive = [who](const char* argument, double value) {
    if (value > 0) return;
    throw std::invalid_argument(fmt::format("{}: {} {} is not above 0", who, argument, value));
  };
  check_positive("max_norm", *max_norm);
  check_positive("norm_type", norm_type);
  if (!table.leaf()) {
    throw std::invalid_argument(
        fmt::format("{}: max_norm changes the table, which must be a parameter", who));
  }
}

void limit_norms(Leaf& table, const std::vector<Index>& rows, double max_norm, double norm_type) {
  if (table.frozen) return;
  const std::vector<Index>& frozen = table.frozen_rows;
  const std::size_t width = row_width(table.stored.shape());
  std::atomic<bool> changed = false;
  parallel_ranges(rows.size(), 2 * width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (std::binary_search(frozen.begin(), frozen.end(), rows[i])) continue;
      Real* row = table.stored.data() + static_cast<std::size_t>(rows[i]) * width;
      const double size = norm(row, width, norm_type);
      if (!(size > max_norm)) continue;  // a row with NaN stays
      const auto factor = static_cast<Real>(max_norm / (size + 1e-7));
      std::for_each(row, row + width, [factor](Real& x) { x *= factor; });
      changed = true;
    }
  });
  if (changed) ++table.version;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
