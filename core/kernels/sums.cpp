#include <tapegrad/core/kernels/sums.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <tapegrad/core/parallel.hpp>
#include <vector>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr std::size_t block_size = 1U << 16U;

// Several sums next to each other: one alone waits for each addition to end.
double sum_block(const Real* x, std::size_t n) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + lanes.size() <= n; i += lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      lanes[lane] += static_cast<double>(x[i + lane]);
    }
  }
  for (std::size_t lane = 0; i + lane < n; ++lane) lanes[lane] += static_cast<double>(x[i + lane]);
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

void add_rows(const Real* x, std::size_t rows, std::size_t columns, Real* y) {
  for (std::size_t row = 0; row < rows; ++row, x += columns) {
    for (std::size_t j = 0; j < columns; ++j) y[j] += x[j];
  }
}

// Blocks of rows are summed on their own, then the sums of the blocks.
void sum_rows(const Real* x, std::size_t rows, std::size_t columns, Real* y) {
  std::fill_n(y, columns, Real(0));
  const std::size_t block_rows = std::max<std::size_t>(64, block_size / columns);
  if (rows <= block_rows) {
    add_rows(x, rows, columns, y);
    return;
  }
  const std::size_t blocks = (rows + block_rows - 1) / block_rows;
  Array sums = zeros({blocks, columns});
  parallel_for(blocks, [&](std::size_t block) {
    const std::size_t begin = block * block_rows;
    add_rows(x + begin * columns, std::min(block_rows, rows - begin), columns,
             sums.data() + block * columns);
  });
  add_rows(sums.data(), blocks, columns, y);
}

}  // namespace

double sum_all(const Real* x, std::size_t n) {
  if (n <= block_size) return sum_block(x, n);
  std::vector<double> sums((n + block_size - 1) / block_size);
  parallel_for(sums.size(), [&](std::size_t block) {
    const std::size_t begin = block * block_size;
    sums[block] = sum_block(x + begin, std::min(block_size, n - begin));
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void sum_axis(const Real* x, const AxisView& view, Real* y) {
  const auto [outer, size, inner] = view;
  if (inner == 0) return;
  if (outer == 1 && inner == 1) {
    y[0] = static_cast<Real>(sum_all(x, size));
    return;
  }
  if (outer == 1) {
    sum_rows(x, size, inner, y);
    return;
  }
  parallel_ranges(outer, size * inner,
                  [&, size = size, inner = inner](std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i) {
                      if (inner == 1) {
                        y[i] = static_cast<Real>(sum_block(x + i * size, size));
                      } else {
                        std::fill_n(y + i * inner, inner, Real(0));
                        add_rows(x + i * size * inner, size, inner, y + i * inner);
                      }
                    }
                  });
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
