#include "gru_step.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tapegrad/core/shapes.hpp>
#include <utility>
#include <vector>

namespace custom {
namespace {

using tg::Array;
using tg::Real;
using tg::Tensor;

// Word t of so many sequences of so many words, with states of `width` numbers.
struct Step {
  std::size_t batch, words, width, t;
  std::vector<bool> padding;  // [B]: there is no word t
};

// All checks come first, and each text says who, which argument, what it got, what it wants.
Step checked(const Tensor& x_gates, std::size_t t, const Tensor& h_gates, const Tensor& h,
             const tg::Mask& padding) {
  tg::check_shape(h.dim() == 2, "gru_step", "h", h.shape(), "[B, H]");
  const std::size_t B = h.size(0), H = h.size(1);
  tg::check_shape(h_gates.shape() == tg::Shape{B, 3 * H}, "gru_step", "h_gates", h_gates.shape(),
                  tg::to_string(tg::Shape{B, 3 * H}));
  const tg::Shape& x = x_gates.shape();
  tg::check_shape(x.size() == 3 && x[0] == B && x[2] == 3 * H, "gru_step", "x_gates", x,
                  std::string("[") + std::to_string(B) + ", T, " + std::to_string(3 * H) + "]");
  const std::size_t T = x[1];
  const tg::Shape mask(padding.shape().begin(), padding.shape().end());
  tg::check_shape(mask == tg::Shape{B, T}, "gru_step", "padding", mask,
                  tg::to_string(tg::Shape{B, T}));
  if (t >= T) {
    throw tg::IndexError("gru_step: word " + std::to_string(t) + " is out of range [0, " +
                         std::to_string(T) + ")");
  }
  Step step{B, T, H, t, std::vector<bool>(B)};
  for (std::size_t b = 0; b < B; ++b) step.padding[b] = padding(b, t);
  return step;
}

// Calls body(b) for each sequence, in parallel. `cost` says, in numbers read, how long one number
// of the state takes; an exponential function counts as some thirty.
template <class Body>
void for_each_sequence(const Step& step, std::size_t cost, const Body& body) {
  tg::parallel_ranges(step.batch, cost * step.width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) body(b);
  });
}

Real sigmoid(Real x) {
  return 1 / (1 + std::exp(-x));
}

// Several times faster than std::tanh, and as exact next to numbers around 1.
Real tanh(Real x) {
  return 2 * sigmoid(2 * x) - 1;
}

// The state after word t. Writes r, z, n to `gates` [B, 3 H], but not at padding.
Array forward(const Step& step, const Array& x_gates, const Array& h_gates, const Array& h,
              Array& gates) {
  const std::size_t H = step.width;
  Array after = h;
  for_each_sequence(step, 100, [&](std::size_t b) {
    if (step.padding[b]) return;
    const Real* x = x_gates.data() + (b * step.words + step.t) * 3 * H;
    const Real* s = h_gates.data() + b * 3 * H;
    const Real* state = h.data() + b * H;
    Real* gate = gates.data() + b * 3 * H;
    Real* result = after.data() + b * H;
    for (std::size_t i = 0; i < H; ++i) {
      const Real r = gate[i] = sigmoid(x[i] + s[i]);
      const Real z = gate[H + i] = sigmoid(x[H + i] + s[H + i]);
      const Real n = gate[2 * H + i] = tanh(x[2 * H + i] + r * s[2 * H + i]);
      result[i] = (1 - z) * n + z * state[i];
    }
  });
  return after;
}

struct Gradients {
  Array x_gates;  // [B, 3 H], of word t alone
  Array h_gates;  // [B, 3 H]
  Array h;        // [B, H]
};

// The chain rule, from the bottom line of `forward` to its top. At padding h gets all of it.
Gradients backward(const Step& step, const Array& dy, const Array& gates, const Array& h_gates,
                   const Array& h) {
  const std::size_t H = step.width;
  Gradients d{tg::zeros({step.batch, 3 * H}), tg::zeros({step.batch, 3 * H}), dy};
  for_each_sequence(step, 20, [&](std::size_t b) {
    if (step.padding[b]) return;
    const Real* gate = gates.data() + b * 3 * H;
    const Real* s_n = h_gates.data() + (b * 3 + 2) * H;
    const Real* state = h.data() + b * H;
    const Real* dresult = dy.data() + b * H;
    Real* dx = d.x_gates.data() + b * 3 * H;
    Real* ds = d.h_gates.data() + b * 3 * H;
    Real* dstate = d.h.data() + b * H;
    for (std::size_t i = 0; i < H; ++i) {
      const Real r = gate[i], z = gate[H + i], n = gate[2 * H + i];
      dstate[i] = dresult[i] * z;
      const Real dn = dresult[i] * (1 - z) * (1 - n * n);  // of what tanh gets
      dx[2 * H + i] = dn;
      ds[2 * H + i] = dn * r;
      dx[H + i] = ds[H + i] = dresult[i] * (state[i] - n) * z * (1 - z);
      dx[i] = ds[i] = dn * s_n[i] * r * (1 - r);
    }
  });
  return d;
}

// Adds a gradient [B, 3 H] to word t of one [B, T, 3 H].
void add_word(const Step& step, const Array& gradient, Array& all) {
  const std::size_t width = 3 * step.width;
  for (std::size_t b = 0; b < step.batch; ++b) {
    const Real* from = gradient.data() + b * width;
    Real* to = all.data() + (b * step.words + step.t) * width;
    for (std::size_t i = 0; i < width; ++i) to[i] += from[i];
  }
}

}  // namespace

Tensor gru_step(const Tensor& x_gates, std::size_t t, const Tensor& h_gates, const Tensor& h,
                const tg::Mask& padding) {
  const tg::ProfileSpan span("gru_step");  // its time in a profile
  const Step step = checked(x_gates, t, h_gates, h, padding);
  Array gates(tg::Shape{step.batch, 3 * step.width});
  Array after = forward(step, x_gates.value(), h_gates.value(), h.value(), gates);
  const auto propagate = [step](const Array& dy, const tg::Saved& saved, tg::Sink& sink) {
    Gradients d = backward(step, dy, saved[0], saved[1], saved[2]);
    if (sink.wants(0)) sink.add_part(0, [&](Array& all) { add_word(step, d.x_gates, all); });
    if (sink.wants(1)) sink.add(1, std::move(d.h_gates));
    if (sink.wants(2)) sink.add(2, std::move(d.h));
  };
  return tg::record("gru_step", {x_gates, h_gates, h}, Tensor(std::move(after)),
                    tg::saved(Tensor(std::move(gates)), h_gates, h), propagate);
}

}  // namespace custom
