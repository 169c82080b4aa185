#include "compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace conformance {
namespace {

// What one build may differ by, as a share of a result's largest absolute value.
constexpr double build_tolerance = sizeof(tg::Real) == sizeof(double) ? 1e-10 : 1e-5;

// "[1, 2]", the place of a flat position.
std::string place(std::size_t flat, const std::vector<std::size_t>& shape) {
  std::vector<std::size_t> index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = flat % shape[axis];
    flat /= shape[axis];
  }
  return fmt::format("[{}]", fmt::join(index, ", "));
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double v : values) most = std::isfinite(v) ? std::max(most, std::abs(v)) : most;
  return most;
}

// How far apart two numbers are; 0 for two NaN or two equal infinities, infinity for one.
double distance(double got, double wanted) {
  if (got == wanted || (std::isnan(got) && std::isnan(wanted))) return 0;
  const double apart = std::abs(got - wanted);
  return std::isnan(apart) ? HUGE_VAL : apart;
}

std::string compare(const std::string& name, const Numbers& got, const Numbers& wanted,
                    double tolerance) {
  if (got.shape != wanted.shape) {
    return fmt::format("  {} has shape [{}], [{}] is wanted\n", name, fmt::join(got.shape, ", "),
                       fmt::join(wanted.shape, ", "));
  }
  const double scale = largest(wanted.values);
  std::size_t worst = 0;
  double most = -1;
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    const double apart = distance(got.values[i], wanted.values[i]);
    if (apart > most) {
      most = apart;
      worst = i;
    }
  }
  if (most <= tolerance * scale) return "";
  return fmt::format("  {}{} is {:.17g}, {:.17g} is wanted: {:.2g} apart, allowed {:.2g}\n", name,
                     place(worst, wanted.shape), got.values[worst], wanted.values[worst], most,
                     tolerance * scale);
}

Outcome run_caught(const Run& run, Case& c) {
  try {
    return run(c);
  } catch (const CaseError&) {
    throw;
  } catch (const std::bad_variant_access&) {
    throw CaseError("an argument is of another type than the call asks for");
  } catch (const std::exception& error) {
    return {.error = error.what()};
  }
}

// What is wrong with a case that differs from PyTorch on purpose.
std::string check_deviation(const CaseRecord& record, const Outcome& got, double tolerance) {
  if (!record.ours.error.empty() && got.error.find(record.ours.error) == std::string::npos) {
    return fmt::format("  the error is '{}', it must contain '{}'\n", got.error, record.ours.error);
  }
  std::string wrong = difference(got, record.ours, tolerance);
  if (wrong.empty() && difference(got, record.expected, tolerance).empty() &&
      record.ours.error.empty()) {
    wrong = "  there is no difference to PyTorch\n";
  }
  return wrong;
}

}  // namespace

std::string difference(const Outcome& got, const Outcome& wanted, double tolerance) {
  if (!wanted.error.empty()) {
    return got.error.empty() ? fmt::format("  no error, but one is wanted: {}\n", wanted.error)
                             : "";
  }
  if (!got.error.empty()) return fmt::format("  an error: {}\n", got.error);
  std::string wrong;
  for (const auto& [name, numbers] : wanted.results) {
    const auto found = got.results.find(name);
    wrong += found == got.results.end() ? fmt::format("  {} is missing\n", name)
                                        : compare(name, found->second, numbers, tolerance);
  }
  for (const auto& [name, numbers] : got.results) {
    if (wanted.results.count(name) == 0) wrong += fmt::format("  {} is not wanted\n", name);
  }
  return wrong;
}

std::string check(const CaseRecord& record, const Run& run) {
  const double tolerance = std::max(record.tolerance, build_tolerance);
  std::string wrong;
  try {
    Case c(record);
    const Outcome got = run_caught(run, c);
    wrong = record.deviation.empty() ? difference(got, record.expected, tolerance)
                                     : check_deviation(record, got, tolerance);
    const std::string unused = c.unused();
    if (wrong.empty() && got.error.empty() && !unused.empty()) {
      wrong = fmt::format("  the call has not asked for {}\n", unused);
    }
  } catch (const CaseError& error) {
    wrong = fmt::format("  {}\n", error.what());
  }
  return wrong.empty() ? "" : fmt::format("{} (seed {})\n{}", record.name, record.seed, wrong);
}

}  // namespace conformance
