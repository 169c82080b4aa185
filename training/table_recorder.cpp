#include <tapegrad/training/table_recorder.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tapegrad/core/errors.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

double norm(const Real* row, std::size_t width) {
  double squares = 0;
  for (std::size_t d = 0; d < width; ++d) {
    squares += static_cast<double>(row[d]) * static_cast<double>(row[d]);
  }
  return std::sqrt(squares);
}

Array rows_of_table(const Array& table, const std::vector<Index>& rows) {
  const std::size_t width = table.shape()[1];
  Array some(Shape{rows.size(), width});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(table.data() + static_cast<std::size_t>(rows[i]) * width, width,
                some.data() + i * width);
  }
  return some;
}

void add(GradientSummary& to, const GradientSummary& next) {
  to.steps += next.steps;
  to.rows += next.rows;
  to.norm_sum += next.norm_sum;
  to.norm_max = std::max(to.norm_max, next.norm_max);
  to.padding_norm = std::max(to.padding_norm, next.padding_norm);
}

// Two and two together.
void halve(std::vector<GradientSummary>& all) {
  const std::size_t half = (all.size() + 1) / 2;
  for (std::size_t i = 0; i < half; ++i) {
    all[i] = all[2 * i];
    if (2 * i + 1 < all.size()) add(all[i], all[2 * i + 1]);
  }
  all.resize(half);
}

}  // namespace

TableRecorder::TableRecorder(std::vector<Index> words, const RecorderLimits& limits)
    : limits_{std::max<std::size_t>(4, limits.epochs), std::max<std::size_t>(2, limits.steps)} {
  for (const Index id : words) {
    alone_.ids.push_back(static_cast<std::int32_t>(id));
    alone_.offsets.push_back(static_cast<Index>(alone_.ids.size()));
  }
  recording_.words = std::move(words);
}

void TableRecorder::fit_begins(const TextClassifier& model) {
  recording_.before = model.table().value();
  const std::size_t rows = recording_.before.shape()[0];
  for (const Index id : recording_.words) {
    if (id >= 0 && static_cast<std::size_t>(id) < rows) continue;
    throw IndexError(fmt::format("TableRecorder: word {} is out of range [0, {})", id, rows));
  }
  recording_.touched.assign(rows, 0);
  recording_.gradient.assign(rows, 0);
  recording_.snapshots = {snapshot(0, model)};
  table_version_ = model.table().version();
}

WordSnapshot TableRecorder::snapshot(Index epoch, const TextClassifier& model) const {
  const auto& all = recording_.snapshots;
  const bool same = !all.empty() && model.table().version() == table_version_;
  return {
      epoch,
      same ? all.back().vectors
           : std::make_shared<const Array>(rows_of_table(model.table().value(), recording_.words)),
      predict(model, alone_)};
}

void TableRecorder::epoch_ends(Index epoch, const TextClassifier& model, const Predictions&) {
  auto& all = recording_.snapshots;
  all.push_back(snapshot(epoch, model));
  table_version_ = model.table().version();
  // One that was kept as the last alone.
  const std::size_t before = all.size() - 2;
  if (all[before].epoch % epoch_stride_ != 0) {
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(before));
  }
  if (all.size() < limits_.epochs) return;  // there is room for the best one
  epoch_stride_ *= 2;
  std::erase_if(all, [&](const WordSnapshot& each) {
    return each.epoch % epoch_stride_ != 0 && each.epoch != epoch;
  });
}

void TableRecorder::fit_ends(const TextClassifier& model, const FitResult& result) {
  auto& all = recording_.snapshots;
  const auto place =
      std::lower_bound(all.begin(), all.end(), result.best_epoch,
                       [](const WordSnapshot& each, Index epoch) { return each.epoch < epoch; });
  if (place != all.end() && place->epoch == result.best_epoch) return;
  all.insert(place, snapshot(result.best_epoch, model));
}

GradientSummary& TableRecorder::current_summary(std::uint64_t step) {
  auto& all = recording_.steps;
  if (all.empty() || all.back().steps >= step_stride_) {
    if (all.size() >= limits_.steps) {
      halve(all);
      step_stride_ *= 2;
    }
    if (all.empty() || all.back().steps >= step_stride_) all.push_back({.step = step});
  }
  return all.back();
}

void TableRecorder::step(std::uint64_t step, const Gradient& table) {
  if (!recording_.first_step) recording_.first_step = step;
  if (!table.is_rows()) return;
  const std::vector<Index>& rows = table.rows().rows;
  const std::vector<double> norms = row_norms(table.rows().values);
  GradientSummary now{.step = step, .steps = 1, .rows = rows.size()};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<std::size_t>(rows[i]);
    ++recording_.touched[row];
    recording_.gradient[row] += norms[i];
    now.norm_sum += norms[i];
    now.norm_max = std::max(now.norm_max, norms[i]);
    if (rows[i] == Vocabulary::pad) now.padding_norm = norms[i];
  }
  add(current_summary(step), now);
}

std::vector<double> row_norms(const Array& x) {
  const std::size_t width = x.shape()[1];
  std::vector<double> norms(x.shape()[0]);
  for (std::size_t i = 0; i < norms.size(); ++i) norms[i] = norm(x.data() + i * width, width);
  return norms;
}

std::vector<double> row_distances(const Array& a, const Array& b) {
  if (a.shape() != b.shape()) {
    throw ShapeError(fmt::format("row_distances: a has shape {}, but b has {}",
                                 to_string(a.shape()), to_string(b.shape())));
  }
  const Array difference = a - b;
  return row_norms(difference);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
