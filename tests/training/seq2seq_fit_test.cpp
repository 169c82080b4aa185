#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/seq2seq_json.hpp>

#include <temporary.hpp>
#include "seq2seq_tiny.hpp"

using tapegrad::EpochsResult;
using tapegrad::fit_seq2seq;
using tapegrad::Index;
using tapegrad::make_seq2seq;
using tapegrad::predict_pairs;
using tapegrad::Seq2SeqFitOptions;
using tapegrad::Seq2SeqModel;
using tapegrad::TextPairs;

namespace {

const TextPairs twenty = tiny::reversed(20);

Seq2SeqModel model(std::uint64_t seed = 1) {
  return make_seq2seq(tiny::seq2seq_config(), twenty, seed);
}

}  // namespace

TEST_CASE("a tiny model learns twenty pairs by heart") {
  tapegrad::Seq2SeqConfig config = tiny::seq2seq_config();
  config.dropout = 0;
  Seq2SeqModel m = make_seq2seq(config, twenty, 1);
  const EpochsResult result = fit_seq2seq(m, twenty, twenty, tiny::seq2seq_options(100));
  CHECK(result.best_dev_accuracy == 1);
  CHECK(result.epochs.back().loss < 0.5 * result.epochs.front().loss);
  CHECK(result.epochs.back().train_accuracy > 0.9);
  CHECK(result.examples == 100 * 20);
  const auto said = predict_pairs(m, twenty);
  CHECK(said.texts == twenty.targets);
  CHECK(said.right == 20);
  CHECK(said.exact_match == 1);
}

TEST_CASE("a training has the same bits on any number of threads, others with another seed") {
  const auto trained = [](int threads, std::uint64_t seed) {
    tapegrad::set_threads(threads);
    const TextPairs pairs = tiny::reversed(200);
    tapegrad::Seq2SeqConfig config = tiny::seq2seq_config();
    config.d_model = 64;  // so much that work is shared out
    config.dim_feedforward = 256;
    Seq2SeqModel m = make_seq2seq(config, pairs, 1);
    Seq2SeqFitOptions options = tiny::seq2seq_options(1);
    options.batch_size = 100;
    options.seed = seed;
    fit_seq2seq(m, pairs, twenty, options);
    tapegrad::set_threads(0);
    return m;
  };
  const Seq2SeqModel one = trained(1, 1);
  CHECK(tiny::same_values(one, trained(2, 1)));
  CHECK(tiny::same_values(one, trained(1, 1)));
  CHECK_FALSE(tiny::same_values(one, trained(1, 2)));
}

TEST_CASE("a model starts from its seed alone") {
  CHECK(tiny::same_values(model(1), model(1)));
  CHECK_FALSE(tiny::same_values(model(1), model(2)));
}

TEST_CASE(
    "the loss of a model that knows nothing is that of guessing, with smoothing and without") {
  for (const double smoothing : {0.0, 0.2}) {
    Seq2SeqModel m = model();
    m.net.out.weight.mutate().fill(0);
    m.net.out.bias.mutate().fill(0);
    Seq2SeqFitOptions options = tiny::seq2seq_options(1);
    options.batch_size = 20;  // one step
    options.label_smoothing = smoothing;
    const EpochsResult result = fit_seq2seq(m, twenty, twenty, options);
    CHECK(result.epochs[0].loss == Approx(std::log(static_cast<double>(m.target.size()))));
  }
}

TEST_CASE("the loss is the mean over the units and the ends of all targets, without padding") {
  tapegrad::Seq2SeqConfig config = tiny::seq2seq_config();
  config.dropout = 0;
  for (const double smoothing : {0.0, 0.2}) {
    Seq2SeqModel m = make_seq2seq(config, twenty, 1);
    double sum = 0;
    double units = 0;
    for (std::size_t n = 0; n < twenty.size(); ++n) {  // one at a time, so without padding
      const auto pair = encode_pairs(m, {{twenty.sources[n]}, {twenty.targets[n]}});
      const auto targets = padded_batch(pair.targets, {0}).ids;
      const auto logits = tiny::logits(m.net, padded_batch(pair.sources, {0}).ids, targets);
      const std::size_t width = logits.shape()[2];
      for (std::size_t t = 0; t + 1 < targets.shape()[1]; ++t, ++units) {
        double all = 0;
        double mean = 0;
        for (std::size_t i = 0; i < width; ++i) {
          all += std::exp(static_cast<double>(logits(0, t, i)));
          mean += static_cast<double>(logits(0, t, i)) / static_cast<double>(width);
        }
        const auto right =
            static_cast<double>(logits(0, t, static_cast<std::size_t>(targets[t + 1])));
        sum += std::log(all) - (1 - smoothing) * right - smoothing * mean;
      }
    }
    Seq2SeqFitOptions options = tiny::seq2seq_options(1);
    options.batch_size = 20;  // one step
    options.label_smoothing = smoothing;
    CHECK(fit_seq2seq(m, twenty, twenty, options).epochs[0].loss == Approx(sum / units));
  }
}

TEST_CASE("gradients are clipped") {
  Seq2SeqModel m = model();
  const auto before = m.net.out.weight.value();
  Seq2SeqFitOptions options = tiny::seq2seq_options(1);
  options.clip_norm = 1e-12;  // so that Adam's eps is more than any gradient
  fit_seq2seq(m, twenty, twenty, options);
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(m.net.out.weight.value().data()[i] == Approx(before.data()[i]).margin(1e-5));
  }
}

TEST_CASE("of epochs with the same exact match the one with the least loss on dev is kept") {
  TextPairs dev;
  dev.add("ab", "ba!");  // no epoch can match it
  Seq2SeqModel m = model();
  Seq2SeqFitOptions options = tiny::seq2seq_options(3);
  options.lr = 1e-4;  // so little that each epoch is better than the last
  CHECK(fit_seq2seq(m, twenty, dev, options).best_epoch == 3);
}

TEST_CASE("the learning rate rises in the warm-up and falls from then on") {
  // Adam's first step moves every value with a gradient by the learning rate.
  const auto moved_by_first_step = [](Index warmup, Index epochs) {
    Seq2SeqModel m = model();
    const auto before = m.net.out.weight.value();
    Seq2SeqFitOptions options = tiny::seq2seq_options(epochs);
    options.batch_size = 20;  // one step an epoch
    options.warmup = warmup;
    options.lr = 0.01;
    options.cancelled = [] { return true; };
    fit_seq2seq(m, twenty, twenty, options);
    double most = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto moved = m.net.out.weight.value().data()[i] - before.data()[i];
      most = std::max(most, std::abs(static_cast<double>(moved)));
    }
    return most;
  };
  CHECK(moved_by_first_step(4, 40) == Approx(0.01 / 4).epsilon(1e-3));
  CHECK(moved_by_first_step(4, 20) == Approx(0.01 / 2).epsilon(1e-3));  // a tenth of all
  CHECK(moved_by_first_step(0, 4) == Approx(0.01 * 4 / 5).epsilon(1e-3));
}

TEST_CASE("clipped gradients and diverging trainings end as they do for classifiers") {
  Seq2SeqModel m = model();
  Seq2SeqFitOptions options = tiny::seq2seq_options(5);
  options.clip_norm = -1;
  CHECK_THROWS_AS(fit_seq2seq(m, twenty, twenty, options), std::invalid_argument);
  options.clip_norm = 0;
  options.warmup = 0;
  options.lr = 1e30;
  CHECK_THAT(error_of<std::runtime_error>([&] { fit_seq2seq(m, twenty, twenty, options); }),
             Catch::StartsWith("training diverged in epoch 1, batch ") &&
                 Catch::Contains("the result of shape"));
}

TEST_CASE("a training that is cancelled in its first epoch has none") {
  Seq2SeqModel m = model();
  Seq2SeqFitOptions options = tiny::seq2seq_options(1'000'000);
  int batches = 0;
  options.cancelled = [&] { return ++batches == 3; };
  const EpochsResult result = fit_seq2seq(m, twenty, twenty, options);
  CHECK(result.cancelled);
  CHECK(result.best_epoch == 0);
  CHECK(result.epochs.empty());
  CHECK(result.examples == 15);
}

TEST_CASE("predictions are compared unit by unit, so that spaces between words do not count") {
  TextPairs pairs;
  pairs.add("1", "one  two ");
  pairs.add("2", "two");
  tapegrad::Seq2SeqConfig config = tiny::seq2seq_config();
  config.target_unit = tapegrad::Unit::word;
  Seq2SeqModel m = make_seq2seq(config, pairs, 1);
  Seq2SeqFitOptions options = tiny::seq2seq_options(60);
  CHECK(fit_seq2seq(m, pairs, pairs, options).best_dev_accuracy == 1);
  CHECK(predict_pairs(m, pairs).texts == std::vector<std::string>{"one two", "two"});
  CHECK(std::isnan(predict_pairs(m, {}).exact_match));
}

TEST_CASE("a dev target with a unit that train lacks can never be matched") {
  Seq2SeqModel m = model();
  TextPairs dev;
  dev.add("ab", "ba!");
  CHECK(fit_seq2seq(m, twenty, dev, tiny::seq2seq_options(1)).best_dev_accuracy == 0);
}

TEST_CASE("the JSON record tells settings, epochs and exact match") {
  Seq2SeqModel m = model();
  const Seq2SeqFitOptions options = tiny::seq2seq_options(2);
  const EpochsResult result = fit_seq2seq(m, twenty, twenty, options);
  const auto json = nlohmann::json::parse(to_json("pairs", {twenty, twenty, twenty}, m, options,
                                                  result, {.beam = 3}, predict_pairs(m, {})));
  CHECK(json.at("format_version") == 1);
  CHECK(json.at("data").at("train") == 20);
  CHECK(json.at("settings").at("d_model") == 16);
  CHECK(json.at("settings").at("batch") == 5);
  CHECK(json.at("epochs").size() == 2);
  CHECK(json.at("dev_exact_match") == result.best_dev_accuracy);
  CHECK(json.at("decoding").at("beam") == 3);
  CHECK(json.at("test_exact_match").is_null());
  CHECK(json.at("cancelled") == false);
}
