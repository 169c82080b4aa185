// What the layer check finds: layers with a mistake each.
#include <catch2/catch.hpp>
#include <memory>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/layers/check.hpp>
#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;

namespace {

struct Forgetful : tg::Linear {
  using tg::Linear::Linear;
  static void visit(auto& self, auto&& v) { v("weight", self.weight); }
};

struct Constant : tg::Linear {
  using tg::Linear::Linear;
  tg::Tensor operator()(const tg::Tensor& x) const {
    return tg::linear(x, tg::Tensor(weight.value()), bias);
  }
};

// Draws a number that visit does not name.
struct Hidden : tg::Linear {
  tg::Real factor;
  explicit Hidden(tg::Rng& rng)
      : tg::Linear(3, 2, rng), factor(static_cast<tg::Real>(rng.uniform(1, 2))) {}
  tg::Tensor operator()(const tg::Tensor& x) const {
    return tg::Linear::operator()(x) * tg::Tensor(tg::full({}, factor));
  }
};

// Gives another result at each call.
struct Unsteady : tg::Linear {
  using tg::Linear::Linear;
  std::shared_ptr<int> calls = std::make_shared<int>(0);
  tg::Tensor operator()(const tg::Tensor& x) const {
    const auto number = static_cast<tg::Real>(++*calls);
    return tg::Linear::operator()(x) + tg::Tensor(tg::full({}, number));
  }
};

// Its copies have parameters of their own.
struct Deep : tg::Linear {
  using tg::Linear::Linear;
  Deep(const Deep& other) : tg::Linear(tg::clone(static_cast<const tg::Linear&>(other))) {}
};

// Its backward gives the weight twice its gradient.
struct Doubled : tg::Linear {
  using tg::Linear::Linear;
  tg::Tensor operator()(const tg::Tensor& x) const {
    const tg::Tensor twice = tg::record("doubled", {weight}, tg::Tensor(weight.value()), {},
                                        [](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) {
                                          if (sink.wants(0)) sink.add(0, 2 * dy);
                                        });
    return tg::linear(x, twice, bias);
  }
};

struct FrozenTogether : tg::Linear {
  using tg::Linear::Linear;
  tg::Tensor operator()(const tg::Tensor& x) const {
    const tg::Tensor y = tg::linear(x, weight, bias);
    return weight.frozen() ? tg::Tensor(y.value()) : y;
  }
};

}  // namespace

TEST_CASE("the layer check finds what is wrong with a layer") {
  const auto check = [](auto make, std::vector<std::string> names) {
    using Layer = decltype(make(std::declval<tg::Rng&>()));
    return tg::check_layer<Layer>(
        {.make = make,
         .call = [](const Layer& layer, const auto& x) { return layer(x[0]); },
         .inputs = {tg::distinct({4, 3})},
         .names = std::move(names)});
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(check([](tg::Rng& rng) { return Forgetful(3, 2, rng); }, {"weight", "bias"}),
             Contains("the parameters are [weight], wanted are [weight, bias]"));
  CHECK_THAT(check([](tg::Rng& rng) { return Constant(3, 2, rng); }, {"weight", "bias"}),
             Contains("the gradient is 0"));
  CHECK_THAT(check([](tg::Rng& rng) { return FrozenTogether(3, 2, rng); }, {"weight", "bias"}),
             Contains("with weight frozen, bias gets no gradient"));
  CHECK_THAT(check([](tg::Rng& rng) { return Hidden(rng); }, {"weight", "bias"}),
             Contains("computes something else: visit leaves something out"));
  CHECK_THAT(check([](tg::Rng& rng) { return Unsteady(3, 2, rng); }, {"weight", "bias"}),
             Contains("two calls with the same inputs compute different things"));
  CHECK_THAT(check([](tg::Rng& rng) { return Deep(3, 2, rng); }, {"weight", "bias"}),
             Contains("a copy does not share weight"));
  CHECK_THAT(check([](tg::Rng& rng) { return Doubled(3, 2, rng); }, {"weight", "bias"}),
             Contains("weight of shape [2, 3], element"));
  CHECK_THAT(check([](tg::Rng& rng) { return tg::Linear(3, 2, rng); }, {"w", "b"}),
             Contains("wanted are [w, b]"));
  CHECK_THAT(check(
                 [seed = std::uint64_t{0}](tg::Rng&) mutable {
                   tg::Rng own(++seed);
                   return tg::Linear(3, 2, own);
                 },
                 {"weight", "bias"}),
             Contains("the same seed gives another layer"));
  CHECK_THAT(check(
                 [](tg::Rng&) {
                   tg::Rng own(1);
                   return tg::Linear(3, 2, own);
                 },
                 {"weight", "bias"}),
             Contains("another seed gives the same layer"));
}
