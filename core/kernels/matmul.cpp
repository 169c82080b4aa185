#include <tapegrad/core/kernels/matmul.hpp>

#include <algorithm>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/parallel.hpp>

// Beside report/pca.cpp the only file that includes xtensor-blas.
#include <xtensor-blas/xblas.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// How wide the blocks of a result's longer side are. It is chosen by the shape alone, because
// OpenBLAS gives other bits for other shapes. Each block packs the whole other operand anew, which
// costs a tenth of the time with blocks of 128, and next to nothing with 512. Their number is even,
// so that two threads end together.
std::size_t block_width(std::size_t side, std::size_t work) {
  constexpr std::size_t worthwhile = 1U << 20U;  // multiply-adds that pay for a thread's way
  const std::size_t wanted = side < 2048 ? 256 : 512;
  const std::size_t pairs =
      std::min(std::max<std::size_t>(1, side / (2 * wanted)), work / (2 * worthwhile));
  if (pairs == 0) return side;
  constexpr std::size_t lane = 16;  // kernels take this many at once
  return (side / (2 * pairs) + lane - 1) / lane * lane;
}

struct Block {
  std::size_t row, rows, column, columns;
};

void multiply_block(const Block& block, std::size_t k, const MatrixView& a, const MatrixView& b,
                    Real* c, std::size_t c_stride, bool accumulate) {
  using cxxblas::Transpose;
  check_blas_memory();
  const Real* a_block = a.data + block.row * (a.transposed ? 1 : a.stride);
  const Real* b_block = b.data + block.column * (b.transposed ? b.stride : 1);
  using BlasIndex = xt::blas_index_t;
  cxxblas::gemm<BlasIndex>(
      cxxblas::StorageOrder::RowMajor, a.transposed ? Transpose::Trans : Transpose::NoTrans,
      b.transposed ? Transpose::Trans : Transpose::NoTrans, static_cast<BlasIndex>(block.rows),
      static_cast<BlasIndex>(block.columns), static_cast<BlasIndex>(k), Real(1), a_block,
      static_cast<BlasIndex>(a.stride), b_block, static_cast<BlasIndex>(b.stride),
      Real(accumulate ? 1 : 0), c + block.row * c_stride + block.column,
      static_cast<BlasIndex>(c_stride));
}

}  // namespace

void matmul(std::size_t m, std::size_t n, std::size_t k, MatrixView a, MatrixView b, Real* c,
            std::size_t c_stride, bool accumulate) {
  if (m == 0 || n == 0) return;
  if (k == 0) {
    for (std::size_t i = 0; i < m && !accumulate; ++i) std::fill_n(c + i * c_stride, n, Real(0));
    return;
  }
  prepare_blas();
  const bool by_rows = m >= n;
  const std::size_t side = by_rows ? m : n;
  const std::size_t width = block_width(side, m * n * k);
  if (width >= side) {
    multiply_block({0, m, 0, n}, k, a, b, c, c_stride, accumulate);
    return;
  }
  parallel_for((side + width - 1) / width, [&](std::size_t i) {
    const std::size_t begin = i * width;
    const std::size_t length = std::min(width, side - begin);
    const Block block = by_rows ? Block{begin, length, 0, n} : Block{0, m, begin, length};
    multiply_block(block, k, a, b, c, c_stride, accumulate);
  });
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
