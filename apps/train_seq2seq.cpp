// Trains a Transformer from sequences to sequences, tests it on what it has not seen, and tries it.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/seq2seq_folder.hpp>
#include <tapegrad/training/seq2seq_json.hpp>
#include <vector>

#include "console/console.hpp"
#include "experiment_text.hpp"
#include "seq2seq_options.hpp"
#include "seq2seq_text.hpp"

namespace tg = tapegrad;
namespace console = tg::console;

namespace {

// One warning for all units of a text.
void warn_of_unknown(const tg::Seq2SeqModel& model, const std::string& text) {
  std::vector<std::string_view> unknown;
  for (const auto unit : tg::split_units(text, model.config.source_unit)) {
    const bool told = std::find(unknown.begin(), unknown.end(), unit) != unknown.end();
    if (!told && !model.source.find(unit)) unknown.push_back(unit);
  }
  if (unknown.empty()) return;
  tg::warn(fmt::format("\"{}\": the model does not know the {}{} \"{}\"", text,
                       tg::to_string(model.config.source_unit), unknown.size() == 1 ? "" : "s",
                       fmt::join(unknown, "\", \"")));
}

void check_length(const tg::Seq2SeqModel& model, const std::string& text) {
  const std::size_t units = tg::split_units(text, model.config.source_unit).size();
  if (units <= model.config.max_length) return;
  throw std::invalid_argument(
      fmt::format("--try: \"{:.40}\" has {} {}s, the model takes at most {}", text, units,
                  tg::to_string(model.config.source_unit), model.config.max_length));
}

void try_texts(const tg::Seq2SeqModel& model, const tg::TrainSeq2SeqOptions& options) {
  for (const std::string& text : options.tries) {
    check_length(model, text);
    warn_of_unknown(model, text);
    const auto decoded = tg::decode(model, tg::encode_sources(model, {text}), options.decode);
    console::print_result(fmt::format("{} -> {}{}\n", text, tg::text_of(model, decoded[0]),
                                      decoded[0].ended ? "" : " (cut)"));
    if (options.show_attention) {
      console::print_result(tg::attention_text(model, text, decoded[0]));
    }
  }
}

// Some of the pairs.
tg::TextPairs slice(const tg::TextPairs& pairs, std::size_t begin, std::size_t end) {
  const auto part = [&](const std::vector<std::string>& texts) {
    return std::vector<std::string>(texts.begin() + static_cast<std::ptrdiff_t>(begin),
                                    texts.begin() + static_cast<std::ptrdiff_t>(end));
  };
  return {part(pairs.sources), part(pairs.targets)};
}

// Batch after batch, for the sake of progress.
tg::PairPredictions predict(const tg::Seq2SeqModel& model, const tg::TextPairs& pairs,
                            const tg::TrainSeq2SeqOptions& options) {
  const auto batch = static_cast<std::size_t>(options.decode.batch_size);
  const auto all = static_cast<double>(pairs.size());
  console::ProgressLine line(options.quiet);
  tg::PairPredictions predictions;
  for (std::size_t begin = 0; begin < pairs.size(); begin += batch) {
    const std::size_t end = std::min(pairs.size(), begin + batch);
    tg::PairPredictions some = tg::predict_pairs(model, slice(pairs, begin, end), options.decode);
    std::move(some.texts.begin(), some.texts.end(), std::back_inserter(predictions.texts));
    predictions.right += some.right;
    const double share = static_cast<double>(end) / all;
    line.show([] { return std::string("testing"); }, share);
  }
  predictions.exact_match = static_cast<double>(predictions.right) / all;
  return predictions;
}

tg::PairPredictions test(const tg::Seq2SeqModel& model, const tg::TextPairs& pairs,
                         const tg::TrainSeq2SeqOptions& options) {
  tg::PairPredictions predictions = predict(model, pairs, options);
  console::print_result(tg::match_text("test", predictions, options.decode));
  if (!options.predictions.empty()) {
    console::write_record(options.predictions, tg::predictions_text(pairs, predictions));
  }
  return predictions;
}

int use_model(const tg::TrainSeq2SeqOptions& options) {
  const tg::Seq2SeqModel model = tg::load_seq2seq(options.model);
  console::ReadingLine reading(options.quiet);
  if (!options.test.empty()) {
    const tg::TextPairs pairs = tg::read_pairs(options.test, reading.callback());
    reading.clear();
    try {
      test(model, pairs, options);
    } catch (const std::invalid_argument& error) {  // a text that the model does not take
      throw std::runtime_error(fmt::format("{}: {}", options.test, error.what()));
    }
  }
  try_texts(model, options);
  return console::success;
}

tg::EpochsResult fit(tg::Seq2SeqModel& model, const tg::PairSplits& pairs,
                     tg::TrainSeq2SeqOptions& options, tg::Checkpoints* checkpoints) {
  console::ProgressLine line(options.quiet);
  options.fit.checkpoints = checkpoints;
  options.fit.cancelled = console::stop_requested;
  options.fit.progress = [&](const tg::Progress& progress) {
    line.show([&] { return tg::seq2seq_progress_text(progress); }, tg::share_of(progress));
  };
  try {
    return tg::fit_seq2seq(model, pairs.train, pairs.dev, options.fit);
  } catch (const tg::DivergedError& error) {
    if (error.so_far().best_epoch == 0 || options.out.empty()) throw;
    tg::save_seq2seq(model, options.out);
    throw std::runtime_error(
        fmt::format("{}; the model of epoch {}, the best so far, is saved in {}", error.what(),
                    error.so_far().best_epoch, options.out));
  }
}

int train(tg::TrainSeq2SeqOptions& options) {
  if (!options.out.empty()) console::make_folder(options.out);
  const auto checkpoints = tg::open_checkpoints(options.checkpoints, options.quiet);
  const bool numbers = options.train.empty();
  console::ReadingLine reading(options.quiet);
  const tg::PairSplits pairs =
      numbers ? tg::number_pairs(options.numbers, options.fit.seed)
              : tg::load_pairs(options.train, options.dev, options.test, options.held_out,
                               options.fit.seed, reading.callback());
  reading.clear();
  console::catch_interrupts();
  const std::string from =
      numbers ? fmt::format("numbers below {}, {}", options.numbers.below, options.direction)
              : options.train;
  tg::Seq2SeqModel model = tg::make_seq2seq(options.config, pairs.train, options.fit.seed);
  console::print_note(tg::data_text(pairs, from) + tg::setting_text(model, options.fit));
  const tg::EpochsResult result = fit(model, pairs, options, checkpoints.get());
  if (result.cancelled && result.epochs.empty()) {
    console::tell("interrupted before an epoch was finished; nothing is written" +
                  tg::how_to_go_on(options.checkpoints));
    return console::interrupted;
  }
  console::print_result(tg::fit_text(result));
  if (!options.out.empty()) {
    tg::save_seq2seq(model, options.out);
    console::print_note(fmt::format("model:   {}\n", options.out));
  }
  const tg::PairPredictions tested = test(model, pairs.test, options);
  if (!options.json.empty()) {
    console::write_record(
        options.json, tg::to_json(from, pairs, model, options.fit, result, options.decode, tested));
  }
  try_texts(model, options);
  if (!result.cancelled) return console::success;
  console::tell(fmt::format("interrupted; the figures are those of the best finished epoch{}{}",
                            options.out.empty() ? "" : ", whose model is saved",
                            tg::how_to_go_on(options.checkpoints)));
  return console::interrupted;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  tg::TrainSeq2SeqOptions options;
  tg::add_options(app, options);
  return console::run(app, tg::train_seq2seq_manual(), argc, argv, [&] {
    tg::complete(app, options);
    tg::set_threads(options.threads);
    for (const std::string& file : {options.json, options.predictions, options.trace}) {
      console::check_folder_of(file);
    }
    return console::run_measured(options.profile, options.trace, [&] {
      return options.model.empty() ? train(options) : use_model(options);
    });
  });
}
