#include <tapegrad/report/summaries.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace tapegrad {

Histogram histogram(const std::vector<double>& values, double least, double most,
                    std::size_t bins) {
  if (!(most > least)) bins = 1;
  Histogram result{{}, std::vector<std::uint64_t>(bins, 0)};
  const double width = (most - least) / static_cast<double>(bins);
  for (std::size_t i = 0; i < bins; ++i) {
    result.edges.push_back(least + width * static_cast<double>(i));
  }
  result.edges.push_back(most);
  for (const double value : values) {
    if (!(value >= least && value <= most)) continue;
    const auto above = std::upper_bound(result.edges.begin(), result.edges.end() - 1, value);
    ++result.counts[static_cast<std::size_t>(above - result.edges.begin()) - 1];
  }
  return result;
}

std::vector<std::array<std::uint64_t, 2>> times_by_rank(std::vector<std::uint64_t> times,
                                                        std::size_t points) {
  std::erase(times, std::uint64_t{0});
  std::sort(times.begin(), times.end(), std::greater<>());
  std::vector<std::array<std::uint64_t, 2>> result;
  if (times.empty()) return result;
  const auto last = static_cast<double>(times.size());
  const double step = std::log(last) / static_cast<double>(std::max<std::size_t>(2, points) - 1);
  for (std::size_t i = 0; i < points; ++i) {
    const double rank = std::round(std::exp(step * static_cast<double>(i)));
    const auto at = static_cast<std::uint64_t>(std::min(rank, last));
    if (!result.empty() && result.back()[0] == at) continue;
    result.push_back({at, times[at - 1]});
  }
  return result;
}

std::vector<std::size_t> largest(const std::vector<double>& values, std::size_t n) {
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::erase_if(places, [&](std::size_t i) { return !(values[i] > 0); });
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  places.resize(std::min(n, places.size()));
  return places;
}

}  // namespace tapegrad
