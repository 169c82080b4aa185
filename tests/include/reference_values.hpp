// Comparing values and gradients of operations with numbers of 12 decimals, in the double build.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <tapegrad/core/ops.hpp>
#include <utility>
#include <vector>

namespace reference {

namespace tg = tapegrad;

inline std::vector<double> flat(const tg::Array& a) {
  return {a.begin(), a.end()};
}

// Within 5e-11, or both NaN: what numbers of 12 decimals can tell apart.
class Near : public Catch::MatcherBase<std::vector<double>> {
 public:
  explicit Near(std::vector<double> wanted) : wanted_(std::move(wanted)) {}
  bool match(const std::vector<double>& got) const override {
    return std::equal(got.begin(), got.end(), wanted_.begin(), wanted_.end(), [](auto a, auto b) {
      return a == b || std::abs(a - b) < 5e-11 || (std::isnan(a) && std::isnan(b));
    });
  }
  std::string describe() const override { return "is near " + Catch::Detail::stringify(wanted_); }

 private:
  std::vector<double> wanted_;
};

using Function = std::function<tg::Tensor(const std::vector<tg::Tensor>&)>;

// The value, then the gradient of each input, for the upstream gradient 1, 2, 3, ...
inline std::vector<std::vector<double>> value_and_gradients(const Function& f,
                                                            const std::vector<tg::Array>& inputs) {
  const std::vector<tg::Parameter> parameters(inputs.begin(), inputs.end());
  tg::Tape tape;
  const tg::Tensor y = f({parameters.begin(), parameters.end()});
  tg::Array upstream(y.shape());
  for (std::size_t i = 0; i < upstream.size(); ++i) upstream.data()[i] = static_cast<double>(i + 1);
  const tg::Gradients gradients = tape.backward(sum(mul(y, tg::Tensor(upstream))));
  std::vector<std::vector<double>> result{flat(y.value())};
  for (const auto& p : parameters) result.push_back(flat(gradients.dense(p)));
  return result;
}

inline void check_against(const std::vector<std::vector<double>>& wanted, const Function& f,
                          const std::vector<tg::Array>& inputs) {
  const auto got = value_and_gradients(f, inputs);
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK_THAT(got[i], Near(wanted[i]));
}

}  // namespace reference

using reference::check_against;
using reference::flat;
using reference::Near;
using reference::value_and_gradients;
