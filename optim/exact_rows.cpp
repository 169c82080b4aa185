#include <tapegrad/optim/exact_rows.hpp>

#include <algorithm>
#include <numeric>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

StateRow state_row(std::vector<Array>& arrays, std::size_t at) {
  StateRow row{};
  for (std::size_t i = 0; i < arrays.size(); ++i) row.at(i) = arrays[i].data() + at;
  return row;
}

Array copy_rows(const Array& from, const std::vector<Index>& rows, std::size_t width) {
  Array copy(Shape{rows.size(), width});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(from.data() + static_cast<std::size_t>(rows[i]) * width, width,
                copy.data() + i * width);
  }
  return copy;
}

}  // namespace

ExactRows::ExactRows(std::shared_ptr<OptimizerState> state, std::unique_ptr<Drift> drift,
                     LaggingSteps steps)
    : state_(std::move(state)), drift_(std::move(drift)), steps_(std::move(steps)) {
  drift_->restart(state_->steps - steps_.rates.size());
  for (const double rate : steps_.rates) drift_->step(rate);
}

void ExactRows::restart() {
  drift_->restart(state_->steps);
  steps_.rates.clear();
  for (std::uint32_t& step : steps_.settled) step = step == never ? never : 0;
}

bool ExactRows::lags(std::size_t row) const {
  const std::uint32_t settled = steps_.settled[row];
  return settled == never ? drift_->moves_untouched() && any() : settled < now();
}

std::size_t ExactRows::settled_step(std::size_t row) const {
  return steps_.settled[row] == never ? 0 : steps_.settled[row];
}

std::vector<Index> ExactRows::all_rows() const {
  std::vector<Index> rows(steps_.settled.size());
  std::iota(rows.begin(), rows.end(), Index(0));
  return rows;
}

// Of these rows, those that lag.
std::vector<Index> ExactRows::lagging(const Leaf& leaf, const std::vector<Index>& rows) const {
  std::vector<Index> found;
  rows::Cursor frozen(leaf.frozen_rows, 0);
  for (const Index row : rows) {
    const auto at = static_cast<std::size_t>(row);
    if (lags(at) && !frozen.find(at)) found.push_back(row);
  }
  return found;
}

void ExactRows::catch_up(Leaf& leaf, const std::vector<Index>& rows) {
  const std::lock_guard lock(mutex_);
  const std::vector<Index> late = lagging(leaf, rows);
  const std::size_t width = row_width(leaf.stored.shape());
  const StateRow state = state_row(state_->arrays, 0);
  const std::array arrays{leaf.stored.data(), state[0], state[1], state[2]};
  rows::blocks(late.size(), 4 * width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(late[i]);
      if (i + 4 < end) rows::prefetch(arrays, static_cast<std::size_t>(late[i + 4]) * width, width);
      drift_->move(settled_step(row), leaf.stored.data() + row * width,
                   state_row(state_->arrays, row * width), width);
      steps_.settled[row] = now();
    }
  });
}

void ExactRows::settle(Leaf& leaf) {
  catch_up(leaf, all_rows());
  const std::lock_guard lock(mutex_);
  copy_.reset();
  restart();
}

// Copies of these rows and of their state, settled.
ExactRows::Copies ExactRows::settled_copies(const Leaf& leaf,
                                            const std::vector<Index>& rows) const {
  const std::size_t width = row_width(leaf.stored.shape());
  Copies copies{copy_rows(leaf.stored, rows, width), {}};
  for (const Array& array : state_->arrays) copies.state.push_back(copy_rows(array, rows, width));
  rows::blocks(rows.size(), 4 * width, [&](std::size_t begin, std::size_t end) {
    rows::Cursor frozen(leaf.frozen_rows, static_cast<std::size_t>(rows[begin]));
    for (std::size_t i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(rows[i]);
      if (!lags(row) || frozen.find(row)) continue;
      drift_->move(settled_step(row), copies.x.data() + i * width,
                   state_row(copies.state, i * width), width);
    }
  });
  return copies;
}

Array ExactRows::read(const Leaf& leaf, const std::vector<Index>& rows) const {
  const std::lock_guard lock(mutex_);
  return settled_copies(leaf, rows).x;
}

const Array& ExactRows::all(const Leaf& leaf) const {
  const std::lock_guard lock(mutex_);
  if (!copy_ || copied_version_ != leaf.version) {
    copied_version_ = leaf.version;
    copy_ = std::make_unique<Array>(settled_copies(leaf, all_rows()).x);
    copy_->reshape(leaf.stored.shape());
  }
  return *copy_;
}

OptimizerState ExactRows::settled_state(const Leaf& leaf) const {
  const std::lock_guard lock(mutex_);
  OptimizerState state{state_->steps, settled_copies(leaf, all_rows()).state};
  for (Array& array : state.arrays) array.reshape(leaf.stored.shape());
  return state;
}

void ExactRows::prepare(Leaf& leaf, const Gradient& gradient) {
  if (gradient.is_dense()) {
    settle(leaf);
  } else {
    catch_up(leaf, gradient.rows().rows);
  }
}

void ExactRows::advance(const Gradient& gradient, double lr) {
  const std::lock_guard lock(mutex_);
  copy_.reset();
  if (gradient.is_dense()) {
    std::fill(steps_.settled.begin(), steps_.settled.end(), 0);
    restart();
    return;
  }
  drift_->step(lr);
  steps_.rates.push_back(lr);
  for (const Index row : gradient.rows().rows) {
    steps_.settled[static_cast<std::size_t>(row)] = now();
  }
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
