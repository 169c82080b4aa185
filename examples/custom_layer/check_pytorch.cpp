#include <cmath>
#include <vector>

#include "checks.hpp"
#include "gru.hpp"
#include "pytorch_numbers.hpp"

namespace custom {
namespace {

// Numbers in [-1, 1]: element i is sin(seed + 2 i).
tg::Array wave(const tg::Shape& shape, double seed) {
  tg::Array a(shape);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a.data()[i] = std::sin(seed + 2 * static_cast<double>(i));
  }
  return a;
}

std::string compare(const std::string& what, const tg::Array& ours,
                    const std::vector<double>& wanted) {
  if (ours.size() != wanted.size()) return what + " has another size";
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const double got = ours.data()[i];
    if (std::abs(got - wanted[i]) < 1e-13) continue;
    return what + ": element " + std::to_string(i) + " is " + std::to_string(got) +
           ", PyTorch has " + std::to_string(wanted[i]);
  }
  return "";
}

}  // namespace

std::string check_pytorch() {
  const tg::Mask padding = {
      {false, false, false, false}, {false, false, true, true}, {false, false, false, true}};
  tg::Rng rng(1);
  const GRU gru(3, 2, rng);
  double seed = 1;
  for (tg::NamedParameter& named : tg::parameters(gru)) {
    named.parameter.assign(wave(named.parameter.shape(), seed++));
  }
  const tg::Parameter x(wave({3, 4, 3}, 100));

  tg::Tape tape;
  const std::vector<tg::Tensor> states = gru.states(x, padding);
  tg::Array output = tg::zeros({3, 4, 2});  // nn.GRU has zeros at padding
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t t = 0; t < 4; ++t) {
      for (std::size_t i = 0; i < 2 && !padding(b, t); ++i) {
        output(b, t, i) = states[t + 1].value()(b, i);
      }
    }
  }
  std::string wrong = compare("the states", output, pytorch::output);
  if (wrong.empty()) wrong = compare("the last state", states.back().value(), pytorch::last);

  const tg::Tensor weights(wave({3, 2}, 50));
  const tg::Gradients gradients = tape.backward(tg::sum(states.back() * weights));
  const auto check = [&](const char* name, const tg::Parameter& p, const auto& wanted) {
    if (wrong.empty()) wrong = compare(name, gradients.dense(p), wanted);
  };
  check("the gradient of x", x, pytorch::x_gradient);
  check("the gradient of weight_ih_l0", gru.weight_ih_l0, pytorch::weight_ih_l0_gradient);
  check("the gradient of weight_hh_l0", gru.weight_hh_l0, pytorch::weight_hh_l0_gradient);
  check("the gradient of bias_ih_l0", gru.bias_ih_l0, pytorch::bias_ih_l0_gradient);
  check("the gradient of bias_hh_l0", gru.bias_hh_l0, pytorch::bias_hh_l0_gradient);
  return wrong;
}

}  // namespace custom
