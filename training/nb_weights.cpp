#include <tapegrad/training/nb_weights.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Counts = std::vector<Index>;

// For each class, in how many of its texts each id stands.
std::array<Counts, 2> count_texts(const LabelledTexts& data, std::size_t rows) {
  std::array<Counts, 2> counts{Counts(rows), Counts(rows)};
  std::vector<Index> last(rows, -1);  // the last text that held the id
  for (Index n = 0; n < data.texts.size(); ++n) {
    const Index label = data.labels.at(static_cast<std::size_t>(n));
    if (label != 0 && label != 1) {
      throw std::invalid_argument(
          fmt::format("nb_weights: text {} has label {}, expected 0 or 1", n, label));
    }
    const Index begin = data.texts.offsets[static_cast<std::size_t>(n)];
    for (Index i = begin; i < begin + data.texts.length(n); ++i) {
      const Index id = data.texts.ids[static_cast<std::size_t>(i)];
      if (id < 0 || static_cast<std::size_t>(id) >= rows) {
        throw IndexError(fmt::format("nb_weights: id {} is out of range [0, {})", id, rows));
      }
      const auto row = static_cast<std::size_t>(id);
      if (last[row] == n) continue;
      last[row] = n;
      ++counts[static_cast<std::size_t>(label)][row];
    }
  }
  return counts;
}

double sum_smoothed(const Counts& counts, double smoothing) {
  double sum = 0;
  for (std::size_t row = Vocabulary::pad + 1; row < counts.size(); ++row) {
    sum += static_cast<double>(counts[row]) + smoothing;
  }
  return sum;
}

}  // namespace

Array nb_weights(const LabelledTexts& texts, Index rows, double smoothing) {
  if (!(smoothing > 0)) {
    throw std::invalid_argument(
        fmt::format("nb_weights: smoothing is {}, expected more than 0", smoothing));
  }
  const auto [negative, positive] = count_texts(texts, static_cast<std::size_t>(rows));
  const double offset =
      std::log(sum_smoothed(negative, smoothing)) - std::log(sum_smoothed(positive, smoothing));
  Array weights = zeros({static_cast<std::size_t>(rows)});
  for (std::size_t row = Vocabulary::pad + 1; row < weights.size(); ++row) {
    const auto p = static_cast<double>(positive[row]) + smoothing;
    const auto n = static_cast<double>(negative[row]) + smoothing;
    weights.data()[row] = static_cast<Real>(std::log(p) - std::log(n) + offset);
  }
  return weights;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
