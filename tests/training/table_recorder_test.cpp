#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <tapegrad/training/table_recorder.hpp>

#include "tiny.hpp"

using tapegrad::Array;
using tapegrad::FitOptions;
using tapegrad::FitResult;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::TableRecorder;
using tapegrad::TableRecording;
using tapegrad::TextClassifier;

namespace {

const tapegrad::LabelledTexts train = tiny::problem(60, 1);
const tapegrad::LabelledTexts dev = tiny::problem(10, 2);

FitOptions options_of(Index epochs, tapegrad::FitObserver* observer = nullptr) {
  FitOptions options;
  options.epochs = epochs;
  options.batch_size = 8;
  options.word_dropout = 0.1;
  options.observer = observer;
  return options;
}

std::vector<Index> words_from(Index first, Index end) {
  std::vector<Index> words(static_cast<std::size_t>(end - first));
  std::iota(words.begin(), words.end(), first);
  return words;
}
const std::vector<Index> all_words = words_from(2, 20);

FitResult fit_with_adam(TextClassifier& model, const FitOptions& options) {
  tapegrad::Adam adam(model, {.lr = 0.05});  // exact rows: words that rest lag behind
  return tapegrad::fit(model, adam, train, dev, options);
}

// The sum of all gradients of a table, as an array.
struct SumOfGradients final : tapegrad::FitObserver {
  Array sum;
  std::uint64_t steps = 0;
  void fit_begins(const TextClassifier& model) override {
    sum = tapegrad::zeros(model.table().shape());
  }
  void step(std::uint64_t step, const tapegrad::Gradient& table) override {
    CHECK(step == steps++);
    sum += table.to_dense(sum.shape());
  }
};

// A text for each word from 2 on, of this word alone.
tapegrad::LabelledTexts one_word_texts(Index words) {
  std::vector<std::vector<Index>> texts;
  std::vector<Index> labels;
  for (Index i = 0; i < words; ++i) {
    texts.push_back({2 + i});
    labels.push_back(i % 2);
  }
  return {tiny::texts(texts), labels};
}

double distance(const Array& a, const Array& b, std::size_t row, std::size_t width) {
  double squares = 0;
  for (std::size_t d = 0; d < width; ++d) {
    squares += std::pow(static_cast<double>(a(row, d)) - static_cast<double>(b(row, d)), 2);
  }
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("a training that is recorded has the bits of one that is not") {
  for (const ModelKind kind : tiny::kinds) {
    for (const Index thaw_after : {0, 2}) {
      TextClassifier plain = tiny::classifier(kind, tiny::words, 4, 0.2);
      TextClassifier recorded = tiny::classifier(kind, tiny::words, 4, 0.2);
      TableRecorder recorder(all_words);
      FitOptions options = options_of(6);
      options.thaw_after = thaw_after;
      const FitResult a = fit_with_adam(plain, options);
      options.observer = &recorder;
      const FitResult b = fit_with_adam(recorded, options);
      CHECK(tiny::same_values(tiny::values(plain), tiny::values(recorded)));
      CHECK(a.best_epoch == b.best_epoch);
      for (std::size_t i = 0; i < 6; ++i) {
        CHECK(a.epochs[i].loss == b.epochs[i].loss);
        CHECK(a.epochs[i].dev_accuracy == b.epochs[i].dev_accuracy);
      }
    }
  }
}

TEST_CASE("under SGD the table moves by the learning rate times the sum of the gradients seen") {
  for (const ModelKind kind : tiny::kinds) {
    TextClassifier model = tiny::classifier(kind);
    const Array before = model.table().value();
    SumOfGradients sum;
    tapegrad::SGD sgd(model, {.lr = 0.5});
    tapegrad::fit(model, sgd, train, dev, options_of(1, &sum));
    CHECK(sum.steps == 8);
    const Array after = model.table().value();
    for (std::size_t i = 0; i < after.size(); ++i) {
      CHECK(after.data()[i] == Approx(before.data()[i] - 0.5F * sum.sum.data()[i]).margin(1e-6));
    }
  }
}

TEST_CASE("a row touched once under SGD moves by the learning rate times its gradient's norm") {
  const tapegrad::LabelledTexts each_once = one_word_texts(15);
  TextClassifier model = tiny::classifier(ModelKind::bag);
  const Array before = model.table().value();
  TableRecorder recorder(all_words);
  tapegrad::SGD sgd(model, {.lr = 0.5});
  FitOptions options = options_of(1, &recorder);
  options.batch_size = 4;
  options.word_dropout = 0;
  tapegrad::fit(model, sgd, each_once, dev, options);
  const TableRecording& seen = recorder.recording();
  for (std::size_t row = 2; row < tiny::words; ++row) {
    const bool occurs = row < 17;
    CHECK(seen.touched[row] == (occurs ? 1 : 0));
    CHECK(distance(before, model.table().value(), row, 4) ==
          Approx(0.5 * seen.gradient[row]).margin(1e-6));
    CHECK((seen.gradient[row] > 0) == occurs);
  }
  std::vector<std::uint64_t> rows;  // of batches in any order
  for (const auto& each : seen.steps) rows.push_back(each.rows);
  std::sort(rows.begin(), rows.end());
  CHECK(rows == std::vector<std::uint64_t>{3, 4, 4, 4});
}

TEST_CASE("the gradient of a word alone in its batch is that of the softmax through the layer") {
  TextClassifier model = tiny::classifier(ModelKind::bag);
  const tapegrad::LabelledTexts one{tiny::texts({{5}}), {1}};
  const auto& out = std::get<tapegrad::BagClassifier>(model.net).out;
  const Array w = out.weight.value(), b = out.bias.value(), x = model.table().value();
  // d loss / d x = W^T (p - y)
  double logits[2];
  for (std::size_t c = 0; c < 2; ++c) {
    logits[c] = static_cast<double>(b(c));
    for (std::size_t d = 0; d < 4; ++d) {
      logits[c] += static_cast<double>(w(c, d)) * static_cast<double>(x(5, d));
    }
  }
  const double p0 = 1 / (1 + std::exp(logits[1] - logits[0]));
  double squares = 0;
  for (std::size_t d = 0; d < 4; ++d) {
    squares += std::pow(p0 * (static_cast<double>(w(0, d)) - static_cast<double>(w(1, d))), 2);
  }
  TableRecorder recorder({5});
  tapegrad::SGD sgd(model, {.lr = 0.1});
  FitOptions options = options_of(1, &recorder);
  options.word_dropout = 0;
  options.clip_norm = 1e-3;  // what is seen is not clipped yet
  tapegrad::fit(model, sgd, one, dev, options);
  REQUIRE(recorder.recording().steps.size() == 1);
  CHECK(recorder.recording().gradient[5] == Approx(std::sqrt(squares)).epsilon(1e-5));
  CHECK(recorder.recording().steps[0].norm_max == Approx(std::sqrt(squares)).epsilon(1e-5));
}

TEST_CASE(
    "the padding row has no gradient in any step, though texts are padded and words dropped") {
  for (const ModelKind kind : tiny::kinds) {
    TextClassifier model = tiny::classifier(kind);
    TableRecorder recorder(all_words);
    const FitResult result = fit_with_adam(model, options_of(5, &recorder));
    const TableRecording& seen = recorder.recording();
    CHECK(seen.touched[0] == 0);
    CHECK(seen.gradient[0] == 0);
    std::uint64_t steps = 0, rows = 0;
    for (const auto& each : seen.steps) {
      CHECK(each.step == steps);
      CHECK(each.padding_norm == 0);
      CHECK(each.norm_sum <= each.norm_max * static_cast<double>(each.rows));
      steps += each.steps;
      rows += each.rows;
    }
    CHECK(steps == result.padding.steps);
    CHECK(rows == result.padding.rows);
    CHECK(rows == std::accumulate(seen.touched.begin(), seen.touched.end(), std::uint64_t{0}));
  }
}

// A gradient that holds the padding row, which fit never makes.
TEST_CASE("a gradient of the padding row would show") {
  TextClassifier model = tiny::classifier(ModelKind::bag);
  TableRecorder recorder({2, 3});
  recorder.fit_begins(model);
  const Array values{{3.0F, 0.0F, 4.0F, 0.0F}, {0.0F, 0.0F, 0.0F, 2.0F}};
  recorder.step(0, tapegrad::Gradient(tapegrad::RowGrad{{0, 2}, values}));
  CHECK(recorder.recording().touched[0] == 1);
  CHECK(recorder.recording().steps[0].padding_norm == 5);
  CHECK(recorder.recording().steps[0].norm_sum == 7);
}

TEST_CASE("snapshots hold the table and what the model says of each word alone") {
  TextClassifier model = tiny::classifier(ModelKind::mean);
  const Array before = model.table().value();
  TableRecorder recorder({4, 19, 2});
  const FitResult result = fit_with_adam(model, options_of(5, &recorder));
  const auto& all = recorder.recording().snapshots;
  REQUIRE(all.size() == 6);
  const auto& best = all[static_cast<std::size_t>(result.best_epoch)];
  CHECK(best.epoch == result.best_epoch);
  const std::size_t rows[] = {4, 19, 2};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t d = 0; d < 4; ++d) {
      CHECK((*all[0].vectors)(i, d) == before(rows[i], d));
      CHECK((*best.vectors)(i, d) == model.table().value()(rows[i], d));
    }
  }
  const auto said = predict(model, tiny::texts({{4}, {19}, {2}}));
  CHECK(same(best.alone.probabilities, said.probabilities));
  CHECK(best.alone.labels == said.labels);
}

TEST_CASE("a frozen table has one array in all snapshots, and no gradients") {
  TextClassifier model = tiny::classifier(ModelKind::bag);
  tapegrad::freeze(model.table());
  TableRecorder recorder(all_words);
  fit_with_adam(model, options_of(4, &recorder));
  const TableRecording& seen = recorder.recording();
  for (const auto& each : seen.snapshots) CHECK(each.vectors == seen.snapshots[0].vectors);
  CHECK(seen.steps.empty());
  CHECK(seen.first_step == 0U);
  CHECK_FALSE(same(seen.snapshots[0].alone.probabilities, seen.snapshots[4].alone.probabilities));
}

TEST_CASE("of many epochs some are kept: those at equal steps, the last and the best") {
  for (const Index epochs : {6, 7, 8, 9, 30, 65}) {
    TextClassifier model = tiny::classifier(ModelKind::bag);
    TableRecorder recorder({2}, {.epochs = 8, .steps = 10});
    const FitResult result = fit_with_adam(model, options_of(epochs, &recorder));
    std::vector<Index> kept;
    for (const auto& each : recorder.recording().snapshots) kept.push_back(each.epoch);
    INFO(Catch::Detail::stringify(kept));
    CHECK(kept.size() <= 8);
    CHECK(kept.size() >= 5);
    CHECK(kept.front() == 0);
    CHECK(kept.back() == epochs);
    CHECK(std::is_sorted(kept.begin(), kept.end()));
    CHECK(std::count(kept.begin(), kept.end(), result.best_epoch) == 1);
    std::erase(kept, result.best_epoch);
    for (std::size_t i = 2; i + 1 < kept.size(); ++i) {
      const Index step = kept[i] - kept[i - 1];
      CHECK((step & (step - 1)) == 0);
    }
    const auto& steps = recorder.recording().steps;
    CHECK(steps.size() <= 10);
    CHECK(steps.size() >= 5);
    std::uint64_t next = 0;
    for (const auto& each : steps) {
      CHECK(each.step == next);
      next += each.steps;
    }
    CHECK(next == static_cast<std::uint64_t>(epochs) * 8);
  }
}

TEST_CASE("a word that is not in the table is refused before the training") {
  TextClassifier model = tiny::classifier(ModelKind::bag);
  TableRecorder recorder({3, 20});
  CHECK_THROWS_WITH(fit_with_adam(model, options_of(1, &recorder)),
                    "TableRecorder: word 20 is out of range [0, 20)");
}
