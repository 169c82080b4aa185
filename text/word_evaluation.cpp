#include <tapegrad/text/word_evaluation.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace tapegrad {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// From 1; equal numbers have the mean of the ranks that they take up together.
std::vector<double> ranks(const std::vector<double>& x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<double> ranks(x.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && x[order[end]] == x[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + end + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

double share(Index part, Index whole) {
  return whole == 0 ? not_a_number : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double spearman(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() != y.size()) {
    throw std::invalid_argument(
        fmt::format("spearman: x has {} numbers, y has {}", x.size(), y.size()));
  }
  const std::vector<double> a = ranks(x), b = ranks(y);
  const double mean = static_cast<double>(x.size() + 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) * (a[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
  }
  return aa == 0 || bb == 0 ? not_a_number : ab / std::sqrt(aa * bb);
}

double AnalogiesResult::accuracy() const {
  return share(correct, questions - missing);
}

double AnalogiesResult::accuracy_of_all() const {
  return share(correct, questions);
}

AnalogiesResult total(const std::vector<AnalogiesResult>& sections, const std::string& name,
                      const std::function<bool(const std::string&)>& counts) {
  AnalogiesResult all;
  all.name = name;
  for (const AnalogiesResult& each : sections) {
    if (!counts(each.name)) continue;
    all.questions += each.questions;
    all.missing += each.missing;
    all.correct += each.correct;
  }
  return all;
}

bool is_syntactic(const std::string& section) {
  return section.starts_with("gram");
}

inline namespace TAPEGRAD_PRECISION {

PairsResult evaluate(const WordSpace& space, const std::vector<RatedPair>& pairs,
                     const FindWord& find) {
  PairsResult result;
  result.pairs = static_cast<Index>(pairs.size());
  std::vector<double> ratings, cosines;
  for (const RatedPair& each : pairs) {
    const auto first = find(each.first), second = find(each.second);
    if (!first || !second) {
      ++result.missing;
      continue;
    }
    ratings.push_back(each.rating);
    cosines.push_back(space.search().cosine(*first, *second));
  }
  result.spearman = spearman(ratings, cosines);
  return result;
}

std::vector<AnalogiesResult> evaluate(const WordSpace& space,
                                      const std::vector<AnalogySection>& sections,
                                      const FindWord& find,
                                      const std::function<void(Index, Index)>& progress) {
  Index all = 0, asked = 0;
  for (const AnalogySection& section : sections) {
    all += static_cast<Index>(section.questions.size());
  }
  std::vector<AnalogiesResult> results;
  for (const AnalogySection& section : sections) {
    AnalogiesResult result;
    result.name = section.name;
    result.questions = static_cast<Index>(section.questions.size());
    std::vector<Analogy> analogies;
    std::vector<Index> wanted;
    for (const auto& [a, b, c, d] : section.questions) {
      const auto first = find(a), second = find(b), third = find(c), fourth = find(d);
      if (!first || !second || !third || !fourth) {
        ++result.missing;
        continue;
      }
      analogies.push_back({*first, *second, *third});
      wanted.push_back(*fourth);
    }
    const NeighbourLists answers = space.solve(analogies, 1);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i].empty() && answers[i][0].row == wanted[i]) ++result.correct;
    }
    results.push_back(std::move(result));
    asked += results.back().questions;
    if (progress) progress(asked, all);
  }
  return results;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
