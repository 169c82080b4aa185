#include <fmt/core.h>

#include <tapegrad/core/losses.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

// [...], [...] -> [] or [...]
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  const ProfileSpan span("mse_loss");
  check_shape(target.shape() == x.shape(), "mse_loss", "target", target.shape(),
              fmt::format("{} (as x)", to_string(x.shape())));
  const Array& a = x.value();
  const Array& b = target.value();
  const double factor = reduction_factor("mse_loss", reduction, static_cast<double>(a.size()));
  Array y = reduce_losses(x.shape(), reduction, factor, 2, [&](std::size_t i) {
    const double error = static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]);
    return error * error;
  });
  return record("mse_loss", {x, target}, Tensor(std::move(y)), saved(x, target),
                [reduction, factor](const Array& dy, const Saved& s, Sink& sink) {
                  const LossUpstream upstream(dy, reduction, factor);
                  const auto gradient = [&](double sign) {
                    return generate(s[0].shape(), [&, sign](std::size_t i) {
                      const auto error = static_cast<double>(s[0].data()[i] - s[1].data()[i]);
                      return static_cast<Real>(2 * sign * error * upstream(i));
                    });
                  };
                  if (sink.wants(0)) sink.add(0, gradient(1));
                  if (sink.wants(1)) sink.add(1, gradient(-1));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](Reduction reduction) {
  return [reduction](const std::vector<Tensor>& x) { return mse_loss(x[0], x[1], reduction); };
};
const bool samples =
    add_samples("mse_loss",
                {{"mean", {distinct({3, 4}), distinct({3, 4}, 1)}, with(Reduction::mean)},
                 {"sum", {distinct({5}), distinct({5}, 1)}, with(Reduction::sum)},
                 {"each element", {distinct({2, 3}), distinct({2, 3}, 1)}, with(Reduction::none)},
                 {"a number", {distinct({}), distinct({}, 1)}, with(Reduction::none)},
                 {"nothing", {distinct({0, 3}), distinct({0, 3})}, with(Reduction::mean)},
                 {"an input used twice",
                  {distinct({3})},
                  [](const auto& x) { return mse_loss(x[0], mul(x[0], x[0])); }}},
                {{"mse_loss: target has shape [3], [3, 1] (as x) is wanted", [] {
                    mse_loss(Tensor(zeros({3, 1})), Tensor(zeros({3})));
                  }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
