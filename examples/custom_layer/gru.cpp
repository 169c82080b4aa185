#include "gru.hpp"

#include <cmath>
#include <string>
#include <tapegrad/core/shapes.hpp>

#include "gru_step.hpp"

namespace custom {

GRU::GRU(std::size_t in, std::size_t hidden, tg::Rng& rng)
    : weight_ih_l0(tg::zeros({3 * hidden, in})),
      weight_hh_l0(tg::zeros({3 * hidden, hidden})),
      bias_ih_l0(tg::zeros({3 * hidden})),
      bias_hh_l0(tg::zeros({3 * hidden})) {
  const double bound = 1 / std::sqrt(static_cast<double>(hidden));
  for (const tg::NamedParameter& named : tg::parameters(*this)) {
    tg::init::uniform(named.parameter, rng, -bound, bound);
  }
}

tg::Tensor GRU::operator()(const tg::Tensor& x, const tg::Mask& padding) const {
  return states(x, padding).back();
}

std::vector<tg::Tensor> GRU::states(const tg::Tensor& x, const tg::Mask& padding) const {
  const std::size_t in = weight_ih_l0.shape()[1];
  const std::size_t hidden = weight_hh_l0.shape()[1];
  tg::check_shape(x.dim() == 3 && x.size(2) == in, "GRU", "x", x.shape(),
                  "[B, T, " + std::to_string(in) + "]");
  // What the words say to the gates does not depend on the state: one product for all of them.
  const tg::Tensor x_gates = tg::linear(x, weight_ih_l0, bias_ih_l0);  // [B, T, 3 H]
  std::vector<tg::Tensor> states{tg::Tensor(tg::zeros({x.size(0), hidden}))};
  for (std::size_t t = 0; t < x.size(1); ++t) {
    const tg::Tensor h_gates = tg::linear(states.back(), weight_hh_l0, bias_hh_l0);  // [B, 3 H]
    states.push_back(gru_step(x_gates, t, h_gates, states.back(), padding));
  }
  return states;
}

}  // namespace custom
