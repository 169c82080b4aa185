#include <tapegrad/core/anomaly.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// "of shape [2, 3] holds nan at position 4 ([1, 1])".
std::string describe(const Array& values, std::size_t position) {
  const Real value = values.data()[position];
  return fmt::format("of shape {} holds {} at position {} ({})", to_string(values.shape()),
                     std::isnan(value) ? std::abs(value) : value, position,
                     multi_index(position, values.shape()));
}

}  // namespace

constinit thread_local const DetectAnomaly* DetectAnomaly::current_ = nullptr;

DetectAnomaly::DetectAnomaly(std::vector<NamedParameter> names, const AnomalyOptions& options)
    : names_(std::move(names)), options_(options), outer_(current_) {
  current_ = this;
}

DetectAnomaly::~DetectAnomaly() {
  current_ = outer_;
}

// The position of the first bad value; their number if all are good.
std::size_t DetectAnomaly::find(const Array& values) const {
  const Real* end = values.data() + values.size();
  const Real* found = std::find_if(values.data(), end, [&](Real x) {
    return std::isnan(x) || (options_.infinity && std::isinf(x));
  });
  return static_cast<std::size_t>(found - values.data());
}

// ", parameter out.weight", ", a parameter", or "" for another tensor.
std::string DetectAnomaly::name_of(const Leaf* leaf) const {
  if (leaf == nullptr) return "";
  for (const NamedParameter& named : names_) {
    if (named.parameter.id() == leaf->id) return fmt::format(", parameter {},", named.name);
  }
  return ", a parameter,";
}

void DetectAnomaly::check_result(const char* operation, std::optional<std::size_t> place,
                                 const Tensor* inputs, std::size_t count,
                                 const Array& result) const {
  const std::size_t position = find(result);
  if (position == result.size()) return;
  std::string text = fmt::format("{}: the result {}", operation, describe(result, position));
  if (place) text += fmt::format(", operation {} on the tape", *place);
  for (std::size_t i = 0; i < count; ++i) {
    if (!inputs[i].defined()) continue;
    const Array& input = inputs[i].value();
    const std::size_t cause = find(input);
    if (cause == input.size()) continue;
    text += fmt::format("; its input {}{} {}", i, name_of(inputs[i].leaf().get()),
                        describe(input, cause));
  }
  throw AnomalyError(text);
}

void DetectAnomaly::check_gradient(const char* operation, std::size_t place, std::size_t input,
                                   const Leaf* leaf, const Array& gradient,
                                   const std::vector<Index>* rows) const {
  const std::size_t position = find(gradient);
  if (position == gradient.size()) return;
  std::string text = fmt::format("{}: after its backward the gradient of input {}{} {}", operation,
                                 input, name_of(leaf), describe(gradient, position));
  if (rows != nullptr) {
    text +=
        fmt::format(", in row {} of the table", (*rows)[position / row_width(gradient.shape())]);
  }
  throw AnomalyError(fmt::format("{}, operation {} on the tape", text, place));
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
