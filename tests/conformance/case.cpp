#include "case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tapegrad/core/tape.hpp>

namespace conformance {
namespace {

constexpr std::uint64_t prime = 997;
constexpr std::uint64_t root = 7;
constexpr std::uint64_t stride = 101;

std::uint64_t seed_of(std::uint64_t seed, std::size_t place) {
  return (seed + stride * place) % (prime - 1);
}

tg::Shape to_shape(const std::vector<std::size_t>& shape) {
  return {shape.begin(), shape.end()};
}

tg::Array array_of(const InputRecord& input) {
  if (input.values.empty()) return formula(to_shape(input.shape), input.kind, input.seed);
  tg::Array array(to_shape(input.shape));
  std::transform(input.values.begin(), input.values.end(), array.data(),
                 [](double v) { return static_cast<tg::Real>(v); });
  return array;
}

// The sum of all elements, each times a number of the formula.
tg::Tensor weighted_sum(const tg::Tensor& y, std::uint64_t seed) {
  return tg::sum(tg::mul(y, tg::Tensor(formula(y.shape(), "signed", seed))));
}

}  // namespace

Numbers numbers(const tg::Array& array) {
  return {{array.shape().begin(), array.shape().end()}, {array.begin(), array.end()}};
}

Numbers number(double value) {
  return {{}, {value}};
}

Numbers number_list(std::vector<double> values) {
  return {{values.size()}, std::move(values)};
}

tg::Array formula(const tg::Shape& shape, const std::string& kind, std::uint64_t seed) {
  std::uint64_t r = 1;
  for (std::uint64_t i = 0; i < seed; ++i) r = r * root % prime;
  tg::Array array(shape);
  for (std::size_t i = 0; i < array.size(); ++i, r = r * root % prime) {
    const auto x = static_cast<tg::Real>(r);
    if (kind == "signed") {
      array.data()[i] = (x - 498) / 256;
    } else if (kind == "positive") {
      array.data()[i] = (x + 128) / 512;
    } else if (kind == "unit") {
      array.data()[i] = x / 1024;
    } else if (kind == "small") {
      array.data()[i] = (x - 498) / 1024;
    } else {
      throw CaseError(fmt::format("unknown kind of input '{}'", kind));
    }
  }
  return array;
}

const InputRecord& Case::input(const std::string& name) {
  const auto found = record_.inputs.find(name);
  if (found == record_.inputs.end()) {
    throw CaseError(fmt::format("the case has no input '{}'", name));
  }
  used_.insert(name);
  return found->second;
}

tg::Tensor Case::tensor(const std::string& name) {
  const InputRecord& record = input(name);
  if (record.constant) return tg::Tensor(array_of(record));
  const auto [place, is_new] = leaves_.try_emplace(name);
  if (is_new) place->second = tg::Parameter(array_of(record));
  return place->second;
}

tg::Tensor Case::optional_tensor(const std::string& name) {
  return has_input(name) ? tensor(name) : tg::Tensor();
}

tg::Array Case::array(const std::string& name) {
  return array_of(input(name));
}

tg::IndexArray Case::ids(const std::string& name) {
  const InputRecord& record = input(name);
  tg::IndexArray ids(to_shape(record.shape));
  std::transform(record.values.begin(), record.values.end(), ids.data(),
                 [](double v) { return static_cast<tg::Index>(v); });
  return ids;
}

tg::IndexArray Case::optional_ids(const std::string& name) {
  return has_input(name) ? ids(name) : tg::IndexArray();
}

tg::Mask Case::mask(const std::string& name) {
  const InputRecord& record = input(name);
  tg::Mask mask(to_shape(record.shape));
  std::transform(record.values.begin(), record.values.end(), mask.begin(),
                 [](double v) { return v != 0; });
  return mask;
}

const Argument* Case::find(const std::string& name) {
  const auto found = record_.arguments.find(name);
  if (found == record_.arguments.end()) return nullptr;
  used_.insert(name);
  return &found->second;
}

double Case::real(const std::string& name, double otherwise) {
  const Argument* found = find(name);
  return found != nullptr ? std::get<double>(*found) : otherwise;
}

int Case::integer(const std::string& name, int otherwise) {
  return static_cast<int>(real(name, otherwise));
}

bool Case::flag(const std::string& name, bool otherwise) {
  const Argument* found = find(name);
  return found != nullptr ? std::get<bool>(*found) : otherwise;
}

std::string Case::text(const std::string& name, const std::string& otherwise) {
  const Argument* found = find(name);
  return found != nullptr ? std::get<std::string>(*found) : otherwise;
}

std::vector<double> Case::list(const std::string& name) {
  const Argument* found = find(name);
  return found != nullptr ? std::get<std::vector<double>>(*found) : std::vector<double>();
}

std::vector<std::vector<double>> Case::lists(const std::string& name) {
  const Argument* found = find(name);
  if (found == nullptr) return {};
  return std::get<std::vector<std::vector<double>>>(*found);
}

tg::Shape Case::shape(const std::string& name) {
  tg::Shape shape;
  for (const double size : list(name)) shape.push_back(static_cast<std::size_t>(size));
  return shape;
}

std::size_t Case::size(const std::string& name) {
  if (!has(name)) throw CaseError(fmt::format("the case has no argument '{}'", name));
  return static_cast<std::size_t>(real(name, 0));
}

std::optional<tg::Index> Case::optional_index(const std::string& name) {
  if (!has(name)) return {};
  return static_cast<tg::Index>(real(name, 0));
}

void Case::fill_parameter(const std::string& name, tg::Parameter p) {
  const auto found = record_.parameters.find(name);
  if (found == record_.parameters.end()) {
    throw CaseError(fmt::format("PyTorch's layer has no parameter '{}'", name));
  }
  p.assign(array_of(found->second));
  leaves_.emplace(name, p);
}

void Case::check_filled() const {
  for (const auto& [name, record] : record_.parameters) {
    if (leaves_.count(name) > 0) continue;
    throw CaseError(fmt::format("the layer has no parameter '{}', PyTorch's has", name));
  }
}

Outcome Case::differentiate(const std::function<tg::Tensor()>& call) {
  return differentiate([&] { return std::map<std::string, tg::Tensor>{{"y", call()}}; }, {"y"});
}

Outcome Case::differentiate(const std::function<std::map<std::string, tg::Tensor>()>& call,
                            const std::vector<std::string>& order) {
  tg::Tape tape;
  const std::map<std::string, tg::Tensor> results = call();
  Outcome outcome;
  tg::Tensor loss;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const tg::Tensor& result = results.at(order[i]);
    outcome.results[order[i]] = numbers(result.value());
    const tg::Tensor part = weighted_sum(result, seed_of(record_.seed, 50 + i));
    loss = loss.defined() ? tg::add(loss, part) : part;
  }
  const bool recorded = loss.tape() != 0;
  const tg::Gradients gradients = recorded ? tape.backward(loss) : tg::Gradients();
  for (const auto& [name, leaf] : leaves_) {
    if (!leaf.frozen()) outcome.results["d " + name] = numbers(gradients.dense(leaf));
  }
  return outcome;
}

tg::Array Case::more_numbers(const tg::Shape& shape, std::size_t place) const {
  return formula(shape, "signed", seed_of(record_.seed, place));
}

std::string Case::unused() const {
  std::vector<std::string> names;
  const auto look_at = [&](const auto& all) {
    for (const auto& [name, value] : all) {
      if (used_.count(name) == 0) names.push_back(name);
    }
  };
  look_at(record_.inputs);
  look_at(record_.arguments);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace conformance
