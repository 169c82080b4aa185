// How a row moves under Adam and AdamW while it gets no gradient.
#pragma once

#include <array>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/drift.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Without gradient, k steps after step t0 turn a row x with moments m and v, s = sqrt(v), into
///   m <- beta1^k m,   v <- beta2^k v,   x <- D (x - m sum_{j=1..k} a_j / (s q_j + eps))
/// with a_j = lr_{t0+j} beta1^j / (1 - beta1^{t0+j}) / (what the j steps decay by),
/// q_j = beta2^{j/2} / sqrt(1 - beta2^{t0+j}), and D what the k steps decay by (decoupled weight
/// decay). a_j shrinks so fast, and q_j so slowly, that seven terms of the series of
/// 1 / (s q_j + eps) about a q_j in their middle give the sum to the last bit of a float:
///   sum = r (S_0 - S_1 s r + S_2 (s r)^2 - ...),  r = 1 / (s q + eps),  S_n = sum a_j (q_j - q)^n.
/// The S_n of each t0 grow by one term a step. In the first steps, where q_j moves too fast for the
/// series, the sum is computed as it stands.
///
/// With AMSGrad the largest v so far takes the place of v in s. It does not change while v shrinks,
/// so that q_j = 1 / sqrt(1 - beta2^{t0+j}); the rest is as above.
class AdamDrift final : public Drift {
 public:
  AdamDrift(const AdamOptions& options, bool decoupled);

  void restart(std::uint64_t now) override;
  void step(double lr) override;
  void move(std::size_t from, Real* x, const StateRow& state, std::size_t n) const override;
  bool moves_untouched() const override { return decay_ > 0; }

 private:
  static constexpr std::size_t terms = AdamDriftScalars::terms;

  // What is known of the rows that were settled by one step, t0.
  struct Origin {
    double log_decay;                  // of all steps from the restart to t0
    double q;                          // about which the series is
    bool series;                       // whether it is exact enough
    std::array<double, terms> sums{};  // S_0 .. S_6
  };
  struct Step {
    double size;  // lr / (1 - beta1^t)
    double root;  // 1 / sqrt(1 - beta2^t)
  };

  void add_origin(double log_decay);
  double weight(std::size_t origin, std::size_t j) const;  // a_j
  double left(std::size_t j) const;
  void move_by_terms(std::size_t from, Real scale, Real* x, const Real* m, const Real* v,
                     std::size_t n) const;

  double beta1_, beta2_, eps_;
  double decay_;  // decoupled weight decay
  bool amsgrad_;
  std::size_t reach_;                 // no term beyond counts
  std::vector<double> beta1_powers_;  // beta1^j, up to reach_ or as far as was needed
  std::vector<double> beta2_roots_;   // beta2^(j/2), likewise
  std::uint64_t start_ = 0;           // the step of the restart
  std::vector<Origin> origins_;       // of step start_, start_ + 1, ...
  std::vector<Step> steps_;           // start_ + 1, ...
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
