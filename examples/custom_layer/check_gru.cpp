// Checks the operation and the layer: prints a line for each check, and fails if one does.
#include <cmath>
#include <cstdio>
#include <tapegrad/core/samples.hpp>

#include "checks.hpp"
#include "gru.hpp"

namespace tg = tapegrad;
using custom::GRU;

namespace {

const tg::Mask ragged = {
    {false, false, false, false}, {false, false, true, true}, {true, true, true, true}};

// The layer in one call: names, copies, clones, seeds, loading, the gradients of all parameters and
// of the input, freezing.
std::string check_layer() {
  const tg::LayerSample<GRU> sample{
      .make = [](tg::Rng& rng) { return GRU(3, 2, rng); },
      .call = [](const GRU& gru, const auto& x) { return gru(x[0], ragged); },
      .inputs = {tg::distinct({3, 4, 3})},
      .names = {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}};
  return tg::check_layer(sample);
}

double largest_difference(const tg::Array& a, const tg::Array& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
  }
  return largest;
}

// What stands where there is no word makes no difference, and gets no gradient.
std::string check_padding() {
  tg::Rng rng(1);
  const GRU gru(3, 2, rng);
  tg::Array values = tg::distinct({3, 4, 3});
  const tg::Array before = gru(tg::Tensor(values), ragged).value();
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t t = 0; t < 4; ++t) {
      for (std::size_t i = 0; i < 3 && ragged(b, t); ++i) values(b, t, i) = 1e6;
    }
  }
  const tg::Parameter x(values);
  tg::Tape tape;
  const tg::Tensor last = gru(x, ragged);
  if (last.value() != before) return "values at padding change the last state";
  const tg::Array dx = tape.backward(tg::sum(last)).dense(x);
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t t = 0; t < 4; ++t) {
      for (std::size_t i = 0; i < 3; ++i) {
        if ((dx(b, t, i) != 0) == ragged(b, t)) return "a gradient at padding, or none at a word";
      }
    }
  }
  return "";
}

// A sequence in a longer batch ends in the state that it ends in alone; one without words in zeros.
std::string check_last_state() {
  tg::Rng rng(1);
  const GRU gru(3, 2, rng);
  const tg::Tensor x(tg::distinct({3, 4, 3}));
  const tg::Tensor batch = gru(x, ragged);
  const tg::Tensor alone =
      gru(tg::slice(tg::slice(x, 0, 1, 2), 1, 0, 2), tg::Mask(tg::Shape{1, 2}, false));
  if (largest_difference(tg::slice(batch, 0, 1, 2).value(), alone.value()) > 1e-14) {
    return "the longer batch changes a sequence's last state";
  }
  if (tg::slice(batch, 0, 2, 3).value() != tg::zeros({1, 2})) return "a state without words";
  return "";
}

std::string check_error() {
  tg::Rng rng(1);
  const GRU gru(3, 2, rng);
  const tg::Tensor x(tg::zeros({3, 4, 5}));
  return tg::check_sample(
      tg::ErrorSample{"GRU: x has shape [3, 4, 5], [B, T, 3] is wanted", [&] { gru(x, ragged); }});
}

int failures = 0;

void report(const char* what, const std::string& wrong) {
  std::printf("%-40s %s\n", what, wrong.empty() ? "ok" : wrong.c_str());
  if (!wrong.empty()) ++failures;
}

}  // namespace

int main() {
  report("gru_step: gradients and error texts", tg::check_samples("gru_step"));
  report("GRU: gradients, names, copies, seeds", check_layer());
  report("GRU: PyTorch's states and gradients", custom::check_pytorch());
  report("GRU: padding", check_padding());
  report("GRU: the last state", check_last_state());
  report("GRU: what it says of a wrong shape", check_error());
  return failures == 0 ? 0 : 1;
}
