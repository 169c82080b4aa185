// Clipping against numbers of PyTorch 1.13.1, from reference.py beside this file.
#include <catch2/catch.hpp>
#include <limits>
#include <tapegrad/optim/clip.hpp>
#include <vector>

namespace tg = tapegrad;

namespace {

tg::Array gradient_of_reference(int t) {
  tg::Array gradient = tg::zeros({6});
  for (int i = 0; i < 6; ++i) gradient(i) = ((7 * t + 3 * i) % 11 - 5) / 4.0;
  return gradient;
}

}  // namespace

TEST_CASE("clipping by each norm gives PyTorch's norm and gradients") {
  struct Case {
    double p, norm;
    std::vector<double> clipped;  // the first gradient, the beginning of the second
  };
  const std::vector<Case> cases = {
      {2,
       2.669269563008,
       {0.131121964499, 0.327804911247, -0.196682946748, 0, 0.196682946748, -0.327804911247,
        -0.131121964499, 0.065560982249}},
      {1,
       8,
       {0.043749994531, 0.109374986328, -0.065624991797, 0, 0.065624991797, -0.109374986328,
        -0.043749994531, 0.021874997266}},
      {3.5,
       1.770093670366,
       {0.197729537216, 0.494323843040, -0.296594305824, 0, 0.296594305824, -0.494323843040,
        -0.197729537216, 0.098864768608}},
      {0.5,
       82.617903673039,
       {0.004236369845, 0.010590924612, -0.006354554767, 0, 0.006354554767, -0.010590924612,
        -0.004236369845, 0.002118184922}},
      {std::numeric_limits<double>::infinity(),
       1.25,
       {0.279999776000, 0.699999440000, -0.419999664000, 0, 0.419999664000, -0.699999440000,
        -0.279999776000, 0.139999888000}}};
  for (const Case& c : cases) {
    INFO("p = " << c.p);
    const tg::Parameter x(tg::zeros({6})), y(tg::zeros({6}));
    tg::Gradients gradients;
    gradients.add(x, tg::Gradient(gradient_of_reference(1)));
    gradients.add(y, tg::Gradient(gradient_of_reference(2)));
    const double norm =
        tg::clip_grad_norm({{"x", x}, {"y", y}}, gradients, 0.7, {.norm_type = c.p});
    CHECK(norm == Approx(c.norm).epsilon(1e-12));
    for (std::size_t i = 0; i < c.clipped.size(); ++i) {
      const double got = i < 6 ? gradients.dense(x)(i) : gradients.dense(y)(i - 6);
      CHECK(got == Approx(c.clipped[i]).margin(1e-12).epsilon(0));
    }
  }
}

TEST_CASE("a norm of just max_norm is scaled by 0.9999998 as PyTorch does, a smaller one is not") {
  const tg::Parameter x(tg::zeros({2}));
  const auto clipped = [&](double max_norm) {
    tg::Gradients gradients;
    gradients.add(x, tg::Gradient(tg::Array{3.0, 4.0}));
    CHECK(tg::clip_grad_norm({{"x", x}}, gradients, max_norm) == 5);
    return gradients.dense(x)(0);
  };
  CHECK(clipped(5) == Approx(3 * 0.9999998).epsilon(1e-12));
  CHECK(clipped(5.1) == 3);
  CHECK(clipped(0) == 0);
  CHECK(clipped(std::numeric_limits<double>::infinity()) == 3);
}

TEST_CASE("no power of a norm overflows") {
  const tg::Parameter x(tg::zeros({2}));
  tg::Gradients gradients;
  gradients.add(x, tg::Gradient(tg::Array{3e10, 4e10}));
  CHECK(tg::clip_grad_norm({{"x", x}}, gradients, 1e20, {.norm_type = 100}) ==
        Approx(4e10).epsilon(1e-12));
}
