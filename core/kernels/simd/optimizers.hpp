// Steps of optimizers. Each element is computed on its own. See vectors.hpp for the rules of this
// folder.
#pragma once

#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd/vectors.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

inline void adam(Real* __restrict x, Real* __restrict m, Real* __restrict v,
                 const Real* __restrict g, std::size_t n, const AdamScalars& scalars) {
  const AdamScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) {
    const Real gi = g[i] + c.l2 * x[i];
    m[i] = c.beta1 * m[i] + c.rest1 * gi;
    v[i] = c.beta2 * v[i] + c.rest2 * gi * gi;
    x[i] -= c.decay * x[i] + c.step_size * m[i] / (root_of(v[i]) * c.root + c.eps);
  }
}

inline void adam_drift(Real* __restrict x, Real* __restrict m, Real* __restrict v, std::size_t n,
                       const AdamDriftScalars& scalars) {
  const AdamDriftScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) {
    const Real s = root_of(v[i]);
    const Real r = 1 / (s * c.q + c.eps);
    const Real z = -s * r;
    Real sum = c.sums[c.terms - 1];
    for (std::size_t k = c.terms - 1; k-- > 0;) sum = c.sums[k] + z * sum;
    x[i] = c.scale * (x[i] - m[i] * r * sum);
    m[i] *= c.beta1;
    v[i] *= c.beta2;
  }
}

inline void amsgrad(Real* __restrict x, Real* __restrict m, Real* __restrict v,
                    Real* __restrict most, const Real* __restrict g, std::size_t n,
                    const AdamScalars& scalars) {
  const AdamScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) {
    const Real gi = g[i] + c.l2 * x[i];
    m[i] = c.beta1 * m[i] + c.rest1 * gi;
    v[i] = c.beta2 * v[i] + c.rest2 * gi * gi;
    most[i] = v[i] <= most[i] ? most[i] : v[i];  // passes NaN on
    x[i] -= c.decay * x[i] + c.step_size * m[i] / (root_of(most[i]) * c.root + c.eps);
  }
}

inline void adagrad(Real* __restrict x, Real* __restrict sum, const Real* __restrict g,
                    std::size_t n, const AdagradScalars& scalars) {
  const AdagradScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) {
    const Real gi = g[i] + c.l2 * x[i];
    sum[i] += gi * gi;
    x[i] -= c.lr * gi / (root_of(sum[i]) + c.eps);
  }
}

template <bool centered, bool momentum>
inline void rmsprop(Real* __restrict x, Real* __restrict v, Real* __restrict a, Real* __restrict b,
                    const Real* __restrict g, std::size_t n, const RmspropScalars& scalars) {
  const RmspropScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) {
    const Real gi = g[i] + c.l2 * x[i];
    v[i] = c.alpha * v[i] + c.rest * gi * gi;
    Real square = v[i];
    if constexpr (centered) {
      a[i] = c.alpha * a[i] + c.rest * gi;
      square -= a[i] * a[i];
      square = square < 0 ? 0 : square;  // it is by rounding only
    }
    Real step = gi / (root_of(square) + c.eps);
    if constexpr (momentum) step = b[i] = c.momentum * b[i] + step;
    x[i] -= c.lr * step;
  }
}

inline void sgd(Real* __restrict x, const Real* __restrict g, std::size_t n,
                const SgdScalars& scalars) {
  const SgdScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) x[i] -= c.lr * (g[i] + c.l2 * x[i]);
}

inline void sgd_momentum(Real* __restrict x, Real* __restrict b, const Real* __restrict g,
                         std::size_t n, const SgdScalars& scalars) {
  const SgdScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) {
    b[i] = c.momentum * b[i] + c.share * (g[i] + c.l2 * x[i]);
    x[i] -= c.lr * b[i];
  }
}

inline void sgd_nesterov(Real* __restrict x, Real* __restrict b, const Real* __restrict g,
                         std::size_t n, const SgdScalars& scalars) {
  const SgdScalars c = scalars;
  for (std::size_t i = 0; i < n; ++i) {
    const Real gi = g[i] + c.l2 * x[i];
    b[i] = c.momentum * b[i] + gi;
    x[i] -= c.lr * (gi + c.momentum * b[i]);
  }
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
