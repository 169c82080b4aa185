// One case of the conformance suite: what cases.json says of it, and what a call is given.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/visit.hpp>
#include <variant>
#include <vector>

namespace conformance {

namespace tg = tapegrad;

/// The case and the call do not fit each other: never a result.
class CaseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A result: what one side has computed.
struct Numbers {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};
Numbers numbers(const tg::Array& array);
Numbers number(double value);
Numbers number_list(std::vector<double> values);

/// Results by name ("y", "d weight"), or the text of an error.
struct Outcome {
  std::map<std::string, Numbers> results = {};
  std::string error = {};
};

/// An input or a parameter: numbers of the formula, or given ones.
struct InputRecord {
  std::vector<std::size_t> shape;
  std::string kind;  // signed, positive, unit, small, ids, mask
  std::uint64_t seed = 0;
  std::vector<double> values = {};  // given ones
  bool constant = false;
};

using Argument =
    std::variant<bool, double, std::string, std::vector<double>, std::vector<std::vector<double>>>;

struct CaseRecord {
  std::string name;
  std::string operation;
  std::uint64_t seed = 0;
  std::map<std::string, Argument> arguments = {};
  std::map<std::string, InputRecord> inputs = {};
  std::map<std::string, InputRecord> parameters = {};
  Outcome expected = {};       // PyTorch's
  std::string deviation = {};  // a title in docs/deviations.md, or empty
  Outcome ours = {};           // what the deviation says
  double tolerance = 0;        // if that of the build is too narrow
};

/// All cases of cases.json.
std::vector<CaseRecord> read_cases();

/// The numbers of generate.py's formula: `seed` is the place to begin at. The array is exact.
tg::Array formula(const tg::Shape& shape, const std::string& kind, std::uint64_t seed);

/// A case as a call sees it. Whatever the case has must be asked for: see `unused`.
class Case {
 public:
  explicit Case(const CaseRecord& record) : record_(record) {}

  /// An input of real numbers, whose gradient is a result unless it is constant.
  tg::Tensor tensor(const std::string& name);
  /// The same; undefined if the case has no such input.
  tg::Tensor optional_tensor(const std::string& name);
  /// The numbers of such an input.
  tg::Array array(const std::string& name);
  tg::IndexArray ids(const std::string& name);
  tg::IndexArray optional_ids(const std::string& name);
  tg::Mask mask(const std::string& name);
  bool has_input(const std::string& name) const { return record_.inputs.count(name) > 0; }

  bool has(const std::string& argument) const { return record_.arguments.count(argument) > 0; }
  /// An argument, or `otherwise` if the case does not have it: our own default, which must then be
  /// PyTorch's.
  double real(const std::string& name, double otherwise);
  int integer(const std::string& name, int otherwise);
  bool flag(const std::string& name, bool otherwise);
  std::string text(const std::string& name, const std::string& otherwise);
  std::vector<double> list(const std::string& name);
  std::vector<std::vector<double>> lists(const std::string& name);
  tg::Shape shape(const std::string& name);
  /// An argument that the case must have.
  std::size_t size(const std::string& name);
  std::optional<tg::Index> optional_index(const std::string& name);

  /// Gives the parameters of a layer the case's values; they must be the same ones. (Where
  /// PyTorch refuses the call there are none.)
  template <class Layer>
  void fill(const Layer& layer) {
    if (!record_.expected.error.empty() && record_.parameters.empty()) return;
    tg::for_each_parameter(layer, [this](const std::string& name, const tg::Parameter& p) {
      fill_parameter(name, p);
    });
    check_filled();
  }

  /// The result of `call`, and the gradients of all inputs and parameters, for the upstream
  /// gradient of generate.py.
  Outcome differentiate(const std::function<tg::Tensor()>& call);
  Outcome differentiate(const std::function<std::map<std::string, tg::Tensor>()>& call,
                        const std::vector<std::string>& order);

  /// Numbers of the formula for the place-th use beside the inputs (an optimizer's gradients).
  tg::Array more_numbers(const tg::Shape& shape, std::size_t place) const;

  /// Inputs and arguments that no call has asked for: "axis, weights".
  std::string unused() const;

 private:
  const Argument* find(const std::string& name);
  const InputRecord& input(const std::string& name);
  void fill_parameter(const std::string& name, tg::Parameter p);
  void check_filled() const;

  const CaseRecord& record_;
  std::map<std::string, tg::Parameter> leaves_;  // by name: what wants a gradient
  std::set<std::string> used_;
};

/// What an operation's name stands for.
using Run = std::function<Outcome(Case&)>;
using Calls = std::map<std::string, Run>;

/// A call of one differentiable result, "y".
template <class Call>
Run differentiable(Call call) {
  return [call](Case& c) { return c.differentiate([&]() -> tg::Tensor { return call(c); }); };
}

/// A layer, made with make(case, rng) and called with call(layer, case).
template <class Make, class Call>
Run layer(Make make, Call call) {
  return [make, call](Case& c) {
    tg::Rng rng(1);
    const auto made = make(c, rng);
    c.fill(made);
    return c.differentiate([&]() -> tg::Tensor { return call(made, c); });
  };
}

/// The bags of the case, and their mode.
tg::Bags bags(Case& c);
tg::BagMode bag_mode(Case& c, tg::BagMode otherwise);

// The operations, by what they are about; each in the source of its name.
Calls operation_calls();
Calls loss_calls();
Calls table_calls();
Calls layer_calls();
Calls attention_calls();
Calls convolution_calls();
Calls optimizer_calls();
Calls schedule_calls();
Calls initializer_calls();
Calls training_calls();

}  // namespace conformance
