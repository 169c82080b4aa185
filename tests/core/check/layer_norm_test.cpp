// Layer normalization in double against numbers of PyTorch 1.13.1: tests/core/reference.py.
#include <catch2/catch.hpp>
#include <tapegrad/core/ops.hpp>

namespace tg = tapegrad;

TEST_CASE("layer norm has PyTorch's value and gradients") {
  const tg::Parameter x(tg::Array{1, 2, 4}), weight(tg::Array{1, 2, 0.5}),
      bias(tg::Array{0, 1, -1});
  tg::Tape tape;
  const tg::Tensor y = layer_norm(x, {3}, weight, bias);
  const tg::Gradients g = tape.backward(sum(y * tg::Tensor(tg::Array{1, -2, 3})));
  const auto check = [](const tg::Array& got, const std::vector<double>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
      CHECK(got(i) == Approx(wanted[i]).margin(1e-10));
  };
  check(y.value(), {-1.0690415315, 0.4654792343, -0.3318490428});
  check(g.dense(x), {1.7753688617, -2.6630597354, 0.8876908737});
  check(g.dense(weight), {-1.0690415315, 0.5345207657, 4.0089057429});
  check(g.dense(bias), {1, -2, 3});
}
