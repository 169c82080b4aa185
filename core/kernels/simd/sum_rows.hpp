// Sums of rows: a few vectors at a time, kept in registers while all rows are added. See
// vectors.hpp for the rules of this folder.
#pragma once

#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd/vectors.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// The vectors of a row that are summed together. They stand side by side from `column` on, but for
// the last one: it ends with the row, and may lap over the one before.
struct Columns {
  std::size_t column;
  std::size_t last;
};

template <class V, std::size_t count>
[[gnu::always_inline]] inline std::size_t start_of(const Columns& columns, std::size_t i) {
  return i + 1 < count ? columns.column + i * lanes<V> : columns.last;
}

// The rows that are summed: this class, or one with the same functions for rows of another form
// (quantized_rows.hpp).
class RealRows {
 public:
  // So many rows are on their way while one is added.
  static constexpr std::size_t ahead = 12;

  explicit RealRows(const RowSums& sums) : from_(sums.from), width_(sums.width) {}

  // Where a row begins; nothing of it is read.
  [[gnu::always_inline]] const Real* row(Index number) const {
    return from_ + static_cast<std::size_t>(number) * width_;
  }
  // Tables are larger than the caches and ids are in no order: asks for a row before it is needed.
  // Always inlined: GCC takes away the call of a function that only asks.
  template <class V, std::size_t count>
  [[gnu::always_inline]] void prefetch(const Real* row, const Columns& columns) const {
    constexpr std::size_t line = 64;
    constexpr std::size_t step = sizeof(V) < line ? line / sizeof(V) : 1;
#pragma GCC unroll 16
    for (std::size_t i = 0; i < count; i += step) {
      __builtin_prefetch(row + start_of<V, count>(columns, i));
    }
    __builtin_prefetch(row + columns.last + lanes<V> - 1);
  }
  // The numbers of a row: numbers<V>(row)(column) is the vector from `column` on, a multiple of its
  // length; numbers<V>(row)(column, true) that from any column on.
  template <class V>
  [[gnu::always_inline]] auto numbers(const Real* row) const {
    return [row](std::size_t column, bool /*any*/ = false) { return load<V>(row + column); };
  }

 private:
  const Real* from_;
  std::size_t width_;
};

template <class Rows, class V, bool weighted, std::size_t count>
void sum_vectors(const Rows& table, const RowSums& all, std::size_t k, std::size_t end,
                 const Columns& where) {
  constexpr std::size_t ahead = Rows::ahead;
  const Rows from = table;  // copies: known not to change while the sum is stored
  const RowSums sums = all;
  const Columns columns = where;
  V total[count] = {};
  std::size_t terms = 0;
  for (std::size_t place = sums.starts[k]; place < sums.starts[k + 1]; ++place) {
    if (place + ahead < end && sums.rows[place + ahead] != sums.skip)
      from.template prefetch<V, count>(from.row(sums.rows[place + ahead]), columns);
    if (sums.rows[place] == sums.skip) continue;
    ++terms;
    const auto numbers = from.template numbers<V>(from.row(sums.rows[place]));
#pragma GCC unroll 16
    for (std::size_t i = 0; i < count; ++i) {
      const V v = numbers(start_of<V, count>(columns, i), i + 1 == count);
      total[i] += weighted ? v * sums.factors[place] : v;
    }
  }
  if (sums.mean && terms > 0) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < count; ++i) total[i] = total[i] / static_cast<Real>(terms);
  }
  Real* to = sums.to + k * sums.width;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < count; ++i) {
    store(to + start_of<V, count>(columns, i), total[i]);
  }
}

// Sums of rows of at least one vector: sum_vectors for as many vectors at once as stay in
// registers.
template <class Rows, class V, bool weighted, std::size_t... i>
void sum_columns(const Rows& rows, const RowSums& sums, std::size_t begin, std::size_t end,
                 std::index_sequence<i...> /*counts*/) {
  using Function = void (*)(const Rows&, const RowSums&, std::size_t, std::size_t, const Columns&);
  static constexpr Function of_count[] = {sum_vectors<Rows, V, weighted, i + 1>...};
  constexpr std::size_t most = sizeof...(i);
  const std::size_t vectors = (sums.width + lanes<V> - 1) / lanes<V>;
  for (std::size_t k = begin; k < end; ++k) {
    for (std::size_t first = 0; first < vectors; first += most) {
      const bool is_end = vectors - first <= most;
      const std::size_t count = is_end ? vectors - first : most;
      const std::size_t last = is_end ? sums.width - lanes<V> : (first + most - 1) * lanes<V>;
      of_count[count - 1](rows, sums, k, sums.starts[end], {first * lanes<V>, last});
    }
  }
}

// For rows narrower than a register: vectors of half the size, two of which hold the row.
template <class Rows, bool weighted, std::size_t bytes>
void sum_narrow(const Rows& rows, const RowSums& sums, std::size_t begin, std::size_t end) {
  if constexpr (bytes >= sizeof(Real)) {
    if (sums.width < bytes / sizeof(Real)) {
      sum_narrow<Rows, weighted, bytes / 2>(rows, sums, begin, end);
    } else {
      sum_columns<Rows, Vector<bytes>, weighted>(rows, sums, begin, end,
                                                 std::make_index_sequence<2>());
    }
  }
}

template <class Rows, bool weighted>
void sum_rows_of(const Rows& rows, const RowSums& sums, std::size_t begin, std::size_t end) {
  if (sums.width < register_bytes / sizeof(Real)) {
    sum_narrow<Rows, weighted, register_bytes / 2>(rows, sums, begin, end);
  } else {
    sum_columns<Rows, Vector<register_bytes>, weighted>(rows, sums, begin, end,
                                                        std::make_index_sequence<13>());
  }
}

template <class Rows>
void sum_all(const Rows& rows, const RowSums& sums, std::size_t begin, std::size_t end) {
  if (sums.factors == nullptr) {
    sum_rows_of<Rows, false>(rows, sums, begin, end);
  } else {
    sum_rows_of<Rows, true>(rows, sums, begin, end);
  }
}

inline void sum_rows(const RowSums& sums, std::size_t begin, std::size_t end) {
  sum_all(RealRows(sums), sums, begin, end);
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
