#include <atomic>
#include <catch2/catch.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/training/serving.hpp>
#include <thread>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::Array;
using tapegrad::ClassifierModel;
using tapegrad::Context;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::Serving;

namespace {

constexpr int callers = 8;

// Runs `call` on many threads at once, each several times; false as soon as one of them fails.
template <class Call>
bool all_of_many_threads(const Call& call) {
  std::atomic<int> waiting = callers;
  std::atomic<bool> good = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      for (int round = 0; round < 5; ++round) {
        if (!call()) good = false;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return good;
}

// Threads of the library's own come and go beside those of the caller.
struct LibraryThreads {
  explicit LibraryThreads(int n) { tapegrad::set_threads(n); }
  ~LibraryThreads() { tapegrad::set_threads(0); }
};

// A model whose rows lag behind the optimizer that it returns.
std::unique_ptr<tapegrad::Adam> train(const tapegrad::TextClassifier& model) {
  auto adam = std::make_unique<tapegrad::Adam>(
      model, tapegrad::AdamOptions{.lr = 0.05, .row_policy = tapegrad::RowPolicy::exact});
  const auto data = tiny::problem(40, 1);
  for (Index step = 0; step < 12; ++step) {
    tapegrad::Tape tape;
    const auto label = data.labels[static_cast<std::size_t>(step)];
    const auto logits = model(data.texts, {step}, Context{});
    adam->step(tape.backward(cross_entropy(logits, tapegrad::IndexArray{label})));
  }
  return adam;
}

ClassifierModel model_of(ModelKind kind) {
  tapegrad::WordCounts counts;
  for (std::size_t i = 2; i < tiny::words; ++i) counts.add("word" + std::to_string(i));
  return {
      {.kind = kind}, {}, tapegrad::Vocabulary(counts), {"bad", "good"}, tiny::classifier(kind)};
}

}  // namespace

TEST_CASE("many threads predict with one model at once, with the bits of one thread") {
  const LibraryThreads some(3);
  const auto texts = tiny::problem(300, 3).texts;
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const Array expected = predict(model, texts, 64).probabilities;
    CHECK(all_of_many_threads(
        [&] { return same_bits(predict(model, texts, 64).probabilities, expected); }));
  }
}

TEST_CASE(
    "the same where rows of the table lag behind their optimizer, and they stay as they are") {
  const LibraryThreads some(3);
  const auto texts = tiny::problem(300, 3).texts;
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const auto adam = train(model);
    REQUIRE(model.table().leaf()->lags());
    const Array stored = model.table().leaf()->stored;
    const Array true_values = tapegrad::clone(model).table().value();
    REQUIRE_FALSE(same(stored, true_values));
    // What a model says that has the true values and no optimizer.
    const Array expected = predict(tapegrad::clone(model), texts, 64).probabilities;
    CHECK(all_of_many_threads([&] {
      return same_bits(predict(model, texts, 64).probabilities, expected) &&
             same_bits(model.table().value(), true_values);
    }));
    CHECK(same_bits(model.table().leaf()->stored, stored));
  }
}

TEST_CASE("many threads use one served model at once: classes, vectors and explanations") {
  const LibraryThreads some(3);
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) {
    lines.push_back("word" + std::to_string(2 + i % 18) + " film, word" +
                    std::to_string(2 + i * 7 % 18));
  }
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  for (const ModelKind kind : tiny::kinds) {
    ClassifierModel model = model_of(kind);
    model.kept = {{"film"}, tapegrad::full({1, 4}, 2)};
    const Serving serving(std::move(model));
    const auto texts = serving.encode(views, true);
    const auto said = serving.predict(texts);
    const Array vectors = serving.text_vectors(texts);
    const auto weights = serving.explain(texts, said.labels);
    CHECK(all_of_many_threads([&] {
      const auto own = serving.encode(views, true);
      return own.entries == texts.entries &&
             same_bits(serving.predict(own).probabilities, said.probabilities) &&
             same_bits(serving.text_vectors(own), vectors) &&
             serving.explain(own, said.labels) == weights;
    }));
  }
}
