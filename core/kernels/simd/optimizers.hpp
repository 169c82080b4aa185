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
