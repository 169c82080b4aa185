#include <tapegrad/optim/clip.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tapegrad/core/parallel.hpp>
#include <unordered_set>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr std::size_t block_size = 1U << 16U;

// The numbers of one gradient that take part.
struct Part {
  std::string name;
  Array* values;
};

// One for each parameter that is not frozen and has a gradient, in the order of the list.
std::vector<Part> parts_of(const std::vector<NamedParameter>& parameters, Gradients& gradients) {
  std::vector<Part> parts;
  std::unordered_set<std::uint64_t> seen;
  for (const auto& [name, p] : parameters) {
    if (p.frozen() || !seen.insert(p.id()).second) continue;
    Gradient* gradient = gradients.find(p);
    if (gradient == nullptr || gradient->is_none()) continue;
    gradient->drop_rows(p.frozen_rows());  // there are some if they were frozen since backward
    parts.push_back({name, gradient->values()});
  }
  return parts;
}

// Folds n numbers from 0 by `add`, in several lanes next to each other: one alone waits for each
// addition to end. `join` folds the lanes.
template <class Add, class Join>
double fold_block(const Real* x, std::size_t n, const Add& add, const Join& join) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  const auto next = [&](std::size_t lane) {
    lanes[lane] = add(lanes[lane], std::abs(static_cast<double>(x[i + lane])));
  };
  for (; i + lanes.size() <= n; i += lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) next(lane);
  }
  for (std::size_t lane = 0; i + lane < n; ++lane) next(lane);
  return std::accumulate(lanes.begin(), lanes.end(), 0.0, join);
}

// Folds the absolute values of all parts, block by block.
template <class Add, class Join>
double fold(const std::vector<Part>& parts, const Add& add, const Join& join) {
  double all = 0;
  for (const Part& part : parts) {
    const Real* values = part.values->data();
    const std::size_t n = part.values->size();
    std::vector<double> results((n + block_size - 1) / block_size);
    parallel_for(results.size(), [&](std::size_t block) {
      const std::size_t begin = block * block_size;
      results[block] = fold_block(values + begin, std::min(block_size, n - begin), add, join);
    });
    all = std::accumulate(results.begin(), results.end(), all, join);
  }
  return all;
}

double larger(double a, double b) {
  return a < b || std::isnan(b) ? b : a;
}

double norm_of(const std::vector<Part>& parts, double p) {
  if (p == 2) {
    return std::sqrt(fold(
        parts, [](double sum, double x) { return sum + x * x; }, std::plus<>()));
  }
  if (p == 1) return fold(parts, std::plus<>(), std::plus<>());
  const double most = fold(parts, larger, larger);
  if (std::isinf(p) || most == 0 || !std::isfinite(most)) return most;
  // Relative to the largest, so that no power overflows.
  const double sum = fold(
      parts, [most, p](double s, double x) { return s + std::pow(x / most, p); }, std::plus<>());
  return most * std::pow(sum, 1 / p);
}

void check_finite(const std::vector<Part>& parts, double norm) {
  if (std::isfinite(norm)) return;
  for (const Part& part : parts) {
    const Real* values = part.values->data();
    const std::size_t n = part.values->size();
    const Real* bad = std::find_if(values, values + n, [](Real x) { return !std::isfinite(x); });
    if (bad == values + n) continue;
    throw std::runtime_error(
        fmt::format("clip_grad_norm: the norm of the gradients is {}, the gradient of {} has {}; "
                    "finite numbers are wanted",
                    norm, part.name, *bad));
  }
  throw std::runtime_error(fmt::format(
      "clip_grad_norm: the norm of the gradients is {}, though each of them is finite", norm));
}

// A limit that may be infinite, but not NaN.
void check_limit(const char* function, const char* argument, double value) {
  if (value >= 0) return;
  throw std::invalid_argument(
      fmt::format("{}: {} is {}, must be 0 or more", function, argument, value));
}

// Calls f(x) for a reference to every number.
template <class F>
void for_each_value(const std::vector<Part>& parts, const F& f) {
  for (const Part& part : parts) {
    Real* values = part.values->data();
    parallel_ranges(part.values->size(), 1, [values, &f](std::size_t begin, std::size_t end) {
      std::for_each(values + begin, values + end, f);
    });
  }
}

}  // namespace

double clip_grad_norm(const std::vector<NamedParameter>& parameters, Gradients& gradients,
                      double max_norm, const ClipOptions& options) {
  check_limit("clip_grad_norm", "max_norm", max_norm);
  if (!(options.norm_type > 0)) {
    throw std::invalid_argument(
        fmt::format("clip_grad_norm: norm_type is {}, must be above 0", options.norm_type));
  }
  const std::vector<Part> parts = parts_of(parameters, gradients);
  const double norm = norm_of(parts, options.norm_type);
  if (options.error_if_nonfinite) check_finite(parts, norm);
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1 || std::isinf(max_norm)) return norm;
  const auto c = static_cast<Real>(factor);
  for_each_value(parts, [c](Real& x) { x *= c; });
  return norm;
}

void clip_grad_value(const std::vector<NamedParameter>& parameters, Gradients& gradients,
                     double clip_value) {
  check_limit("clip_grad_value", "clip_value", clip_value);
  const auto most = static_cast<Real>(clip_value);
  for_each_value(parts_of(parameters, gradients),
                 [most](Real& x) { x = std::clamp(x, -most, most); });
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
