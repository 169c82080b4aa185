// An operation and a layer of an outside project, checked in one call each. The program fails when
// a right gradient is called wrong, when a wrong one is not found, and when the library's samples
// are not there.
#include <algorithm>
#include <cstdio>
#include <string>
#include <tapegrad/core/gradcheck.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/layers/check.hpp>
#include <tapegrad/layers/linear.hpp>

namespace tg = tapegrad;

namespace {

// x * x * x, whose gradient is `factor` times x * x; 3 is right.
tg::Tensor cube(const tg::Tensor& x, tg::Real factor) {
  const tg::Array& v = x.value();
  return tg::record("cube", {x}, tg::Tensor(v * v * v), tg::saved(x),
                    [factor](const tg::Array& dy, const tg::Saved& s, tg::Sink& sink) {
                      if (sink.wants(0)) sink.add(0, factor * dy * s[0] * s[0]);
                    });
}

const bool samples = tg::add_samples(
    "cube", tg::elementwise_samples([](const tg::Tensor& x) { return cube(x, 3); }));

struct Cubes {
  tg::Linear linear;
  tg::Tensor operator()(const tg::Tensor& x) const { return cube(linear(x), 3); }
  static void visit(auto& self, auto&& v) { v("linear", self.linear); }
};

int failures = 0;

void expect(bool holds, const char* what, const std::string& found) {
  if (holds) return;
  std::printf("%s: %s\n", what, found.c_str());
  ++failures;
}

bool has_samples(const std::string& operation) {
  const auto& all = tg::all_samples();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& other) { return other.operation == operation; });
}

}  // namespace

int main() {
  const auto right = [](const auto& x) { return cube(x[0], 3); };
  const auto wrong = [](const auto& x) { return cube(x[0], 2); };
  std::string found = tg::gradcheck(right, {tg::distinct({2, 3})});
  expect(found.empty(), "the right gradient of cube", found);
  found = tg::gradcheck(wrong, {tg::distinct({2, 3})});
  expect(found.find("differences give") != std::string::npos, "the wrong gradient of cube", found);

  found =
      tg::check_layer<Cubes>({.make = [](tg::Rng& rng) { return Cubes{tg::Linear(3, 2, rng)}; },
                              .call = [](const Cubes& layer, const auto& x) { return layer(x[0]); },
                              .inputs = {tg::distinct({4, 3})},
                              .names = {"linear.weight", "linear.bias"}});
  expect(found.empty(), "the layer", found);

  for (const char* operation : {"cube", "tanh", "scaled_dot_product_attention"}) {
    expect(has_samples(operation), "samples that are missing", operation);
  }
  if (failures == 0) std::printf("all as it should be\n");
  return failures;
}
