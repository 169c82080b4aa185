// How optimizers go over a parameter: the one place that knows dense gradients from rows, and that
// leaves out frozen rows. What an optimizer computes is written once, for a span of elements.
#pragma once

#include <algorithm>
#include <array>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/kernels/denormals.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/optim/optimizer.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {
namespace rows {

/// Finds rows in a strictly increasing list, asked for in increasing order.
class Cursor {
 public:
  Cursor(const std::vector<Index>& rows, std::size_t first)
      : rows_(rows),
        position_(static_cast<std::size_t>(
            std::lower_bound(rows.begin(), rows.end(), static_cast<Index>(first)) - rows.begin())) {
  }

  /// Whether the list has this row; then `position` is its place.
  bool find(std::size_t row) {
    const auto wanted = static_cast<Index>(row);
    // One step in a walk over all rows; many where the rows asked for lie far apart.
    for (int steps = 0; steps < 4 && before(wanted); ++steps) ++position_;
    if (before(wanted)) {
      const auto from = rows_.begin() + static_cast<std::ptrdiff_t>(position_);
      position_ =
          static_cast<std::size_t>(std::lower_bound(from, rows_.end(), wanted) - rows_.begin());
    }
    return position_ < rows_.size() && rows_[position_] == wanted;
  }
  std::size_t position() const { return position_; }

 private:
  bool before(Index row) const { return position_ < rows_.size() && rows_[position_] < row; }

  const std::vector<Index>& rows_;
  std::size_t position_;
};

/// Calls body(begin, end) for ranges of n items of `width` elements each, on all threads.
template <class Body>
void blocks(std::size_t n, std::size_t width, const Body& body) {
  parallel_ranges(n, width, [&body](std::size_t begin, std::size_t end) {
    const FlushDenormals flush;
    body(begin, end);
  });
}

/// The arrays that a step changes, all of the parameter's shape: its value and its state.
template <std::size_t K>
using Arrays = std::array<Real*, K>;

template <std::size_t K>
Arrays<K> from(Arrays<K> arrays, std::size_t at) {
  for (Real*& array : arrays) array += at;
  return arrays;
}

/// Asks for memory that is needed soon. Touched rows lie far apart, and waiting for them one after
/// the other takes several times as long as computing. Arrays that are nullptr are left out.
/// Inlined always, as GCC takes away calls of functions that only prefetch.
template <std::size_t K>
[[gnu::always_inline]] inline void prefetch(const Arrays<K>& arrays, std::size_t at,
                                            std::size_t n) {
  constexpr std::size_t line = 64 / sizeof(Real);
  for (Real* array : arrays) {
    if (array == nullptr) continue;
    for (std::size_t i = 0; i < n; i += line) __builtin_prefetch(array + at + i, 1);
  }
}

template <std::size_t K, class Kernel>
void each_dense(const Parameter& p, std::size_t width, const Real* g, const Arrays<K>& arrays,
                const Kernel& kernel) {
  const std::vector<Index>& frozen = p.frozen_rows();
  if (frozen.empty()) {
    blocks(count(p.shape()), 1, [&](std::size_t begin, std::size_t end) {
      kernel(from(arrays, begin), g + begin, end - begin);
    });
    return;
  }
  blocks(rows_of(p.shape()), width, [&](std::size_t begin, std::size_t end) {
    Cursor skip(frozen, begin);
    for (std::size_t row = begin; row < end; ++row) {
      if (!skip.find(row)) kernel(from(arrays, row * width), g + row * width, width);
    }
  });
}

template <std::size_t K, class Kernel>
void each_touched(const Parameter& p, std::size_t width, const RowGrad& g, const Arrays<K>& arrays,
                  const Kernel& kernel) {
  constexpr std::size_t ahead = 4;
  const Real* values = g.values.data();
  blocks(g.rows.size(), width, [&](std::size_t begin, std::size_t end) {
    const auto row_at = [&g](std::size_t i) { return static_cast<std::size_t>(g.rows[i]); };
    Cursor skip(p.frozen_rows(), row_at(begin));
    for (std::size_t i = begin; i < end; ++i) {
      if (i + ahead < end) prefetch(arrays, row_at(i + ahead) * width, width);
      if (!skip.find(row_at(i))) {
        kernel(from(arrays, row_at(i) * width), values + i * width, width);
      }
    }
  });
}

template <std::size_t K, class Kernel>
void each_row(const Parameter& p, std::size_t width, const RowGrad& g, const Arrays<K>& arrays,
              const Kernel& kernel) {
  const std::vector<Real> nothing(width);
  const Real* values = g.values.data();
  blocks(rows_of(p.shape()), width, [&](std::size_t begin, std::size_t end) {
    Cursor skip(p.frozen_rows(), begin);
    Cursor touched(g.rows, begin);
    for (std::size_t row = begin; row < end; ++row) {
      if (skip.find(row)) continue;
      const bool has = touched.find(row);
      kernel(from(arrays, row * width), has ? values + touched.position() * width : nothing.data(),
             width);
    }
  });
}

/// The policy that an optimizer follows: `exact` needs a Drift, or rows that rest without a
/// gradient.
inline RowPolicy row_policy_for(RowPolicy wanted, bool knows_drift) {
  return wanted == RowPolicy::exact && !knows_drift ? RowPolicy::dense : wanted;
}

/// Whether a step changes nothing but the time.
inline bool touches_nothing(const Gradient& gradient, RowPolicy policy) {
  return policy != RowPolicy::dense && gradient.is_rows() && gradient.rows().rows.empty();
}

}  // namespace rows

/// Calls kernel(spans, g, n) for all elements of a parameter that a step changes, on all threads:
/// spans are the given arrays from some element on, and g[0] .. g[n-1] the gradients from there.
/// The kernel must compute each element on its own, so that the cut into spans does not show.
template <std::size_t K, class Kernel>
void for_each_span(const Parameter& p, const Gradient& gradient, RowPolicy policy,
                   const std::array<Real*, K>& arrays, const Kernel& kernel) {
  const std::size_t width = row_width(p.shape());
  const bool some = gradient.is_rows() && policy != RowPolicy::dense;
  const std::size_t elements = some ? gradient.rows().values.size() : count(p.shape());
  add_profile_bytes(gradient.bytes() + K * elements * sizeof(Real));
  if (gradient.is_dense()) {
    rows::each_dense(p, width, gradient.dense().data(), arrays, kernel);
  } else if (policy != RowPolicy::dense) {
    rows::each_touched(p, width, gradient.rows(), arrays, kernel);
  } else {
    rows::each_row(p, width, gradient.rows(), arrays, kernel);
  }
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
