#include <tapegrad/training/experiment.hpp>

namespace tapegrad {
namespace {

template <class Value>
Spread spread_over_folds(const std::vector<Run>& runs, Value&& value) {
  std::vector<std::vector<double>> by_fold;
  for (const Run& run : runs) {
    if (by_fold.size() <= run.fold) by_fold.resize(run.fold + 1);
    by_fold[run.fold].push_back(value(run));
  }
  if (by_fold.size() == 1) return spread(by_fold[0]);
  std::vector<double> means;
  for (const auto& values : by_fold) means.push_back(spread(values).mean);
  return spread(means);
}

}  // namespace

Spread RunGroup::dev_accuracy() const {
  return spread_over_folds(runs, [](const Run& run) { return run.fit.best_dev_accuracy; });
}
Spread RunGroup::test_accuracy() const {
  return spread_over_folds(runs, [](const Run& run) { return run.test.accuracy; });
}
Spread RunGroup::test_macro_f1() const {
  return spread_over_folds(runs, [](const Run& run) { return run.test.macro_f1; });
}

}  // namespace tapegrad
