#include <fmt/core.h>

#include <cmath>
#include <stdexcept>
#include <tapegrad/core/kernels/dropping.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// x times the mask, which is a function of the generator and the position: backward draws it again
// instead of keeping it.
Array masked(const Array& x, const Rng& rng, double p) {
  Array y(x.shape());
  const Dropped dropped = dropping(p, rng, x.data(), y.data());
  parallel_ranges(y.size(), 2, [&dropped](std::size_t begin, std::size_t end) {
    simd().dropout(dropped, begin, end);
  });
  return y;
}

}  // namespace

Tensor dropout(const Tensor& x, double p, const Context& context) {  // [...] -> [...]
  const ProfileSpan span("dropout");
  if (!(p >= 0 && p <= 1)) {
    throw std::invalid_argument(fmt::format("dropout: p is {}, must be in [0, 1]", p));
  }
  if (!context.training || p == 0) return x;
  const Rng rng = context.next_rng();
  return record("dropout", {x}, Tensor(masked(x.value(), rng, p)), {},
                [rng, p](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, masked(dy, rng, p));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](double p, bool training = true) {
  return [p, training](const std::vector<Tensor>& x) {
    Context context;  // the same mask at each call
    context.training = training;
    return mul(dropout(x[0], p, context), x[0]);
  };
};
const auto reject = [](double p) { return [p] { dropout(Tensor(zeros({1})), p, {}); }; };
const bool samples = add_samples("dropout",
                                 {{"a half", {distinct({5, 4})}, with(0.5)},
                                  {"most", {distinct({20})}, with(0.9)},
                                  {"none", {distinct({3})}, with(0)},
                                  {"all", {distinct({3})}, with(1)},
                                  {"not training", {distinct({3})}, with(0.5, false)},
                                  {"nothing", {distinct({0, 3})}, with(0.5)}},
                                 {{"dropout: p is 1.5, must be in [0, 1]", reject(1.5)},
                                  {"dropout: p is -0.1, must be in [0, 1]", reject(-0.1)},
                                  {"dropout: p is nan, must be in [0, 1]", reject(NAN)}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
