// Trains a Transformer from sequences to sequences, tests it on what it has not seen, and tries it.

#include <fmt/core.h>

#include <filesystem>
#include <stdexcept>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/seq2seq_folder.hpp>
#include <tapegrad/training/seq2seq_json.hpp>

#include "console.hpp"
#include "seq2seq_options.hpp"
#include "seq2seq_text.hpp"

namespace tg = tapegrad;
namespace console = tg::console;

namespace {

void warn_of_unknown(const tg::Seq2SeqModel& model, const std::string& text) {
  for (const auto unit : tg::split_units(text, model.config.source_unit)) {
    if (model.source.find(unit)) continue;
    tg::warn(fmt::format("\"{}\": the model does not know the {} \"{}\"", text,
                         tg::to_string(model.config.source_unit), unit));
  }
}

void try_texts(const tg::Seq2SeqModel& model, const tg::TrainSeq2SeqOptions& options) {
  for (const std::string& text : options.tries) {
    warn_of_unknown(model, text);
    const auto decoded = tg::decode(model, tg::encode_sources(model, {text}), options.decode);
    fmt::print("{} -> {}{}\n", text, tg::text_of(model, decoded[0]),
               decoded[0].ended ? "" : " (cut)");
    if (options.show_attention) fmt::print("{}", tg::attention_text(model, text, decoded[0]));
  }
}

tg::PairPredictions test(const tg::Seq2SeqModel& model, const tg::TextPairs& pairs,
                         const tg::TrainSeq2SeqOptions& options) {
  tg::PairPredictions predictions = tg::predict_pairs(model, pairs, options.decode);
  fmt::print("{}", tg::match_text("test", predictions, options.decode));
  if (!options.predictions.empty()) {
    tg::write_file(options.predictions, tg::predictions_text(pairs, predictions));
  }
  return predictions;
}

int use_model(const tg::TrainSeq2SeqOptions& options) {
  const tg::Seq2SeqModel model = tg::load_seq2seq(options.model);
  if (!options.test.empty()) test(model, tg::read_pairs(options.test), options);
  try_texts(model, options);
  return console::success;
}

tg::EpochsResult fit(tg::Seq2SeqModel& model, const tg::PairSplits& pairs,
                     tg::TrainSeq2SeqOptions& options, tg::Checkpoints* checkpoints) {
  console::ProgressLine line(options.quiet);
  options.fit.checkpoints = checkpoints;
  options.fit.cancelled = console::stop_requested;
  options.fit.progress = [&](const tg::Progress& progress) {
    line.show([&] { return tg::seq2seq_progress_text(progress); });
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
  if (!options.out.empty()) std::filesystem::create_directories(options.out);
  const auto checkpoints = tg::open_checkpoints(options.checkpoints);
  console::catch_interrupts();
  const bool numbers = options.train.empty();
  const tg::PairSplits pairs = numbers ? tg::number_pairs(options.numbers, options.fit.seed)
                                       : tg::load_pairs(options.train, options.dev, options.test,
                                                        options.held_out, options.fit.seed);
  const std::string from =
      numbers ? fmt::format("numbers below {}, {}", options.numbers.below, options.direction)
              : options.train;
  tg::Seq2SeqModel model = tg::make_seq2seq(options.config, pairs.train, options.fit.seed);
  if (!options.quiet) {
    fmt::print("{}{}", tg::data_text(pairs, from), tg::setting_text(model, options.fit));
    std::fflush(stdout);
  }
  const tg::EpochsResult result = fit(model, pairs, options, checkpoints.get());
  fmt::print("{}", tg::fit_text(result));
  if (!options.out.empty()) {
    tg::save_seq2seq(model, options.out);
    fmt::print("model:   {}\n", options.out);
  }
  const tg::PairPredictions tested = test(model, pairs.test, options);
  if (!options.json.empty()) {
    tg::write_file(options.json,
                   tg::to_json(from, pairs, model, options.fit, result, options.decode, tested));
  }
  try_texts(model, options);
  if (!result.cancelled) return console::success;
  fmt::print(stderr, "interrupted; the figures are those of the best finished epoch{}{}\n",
             options.out.empty() ? "" : ", whose model is saved",
             tg::how_to_go_on(options.checkpoints));
  return console::interrupted;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  tg::TrainSeq2SeqOptions options;
  tg::add_options(app, options);
  return console::run(app, argc, argv, [&] {
    tg::complete(options);
    tg::set_threads(options.threads);
    for (const std::string& file : {options.json, options.predictions, options.trace}) {
      console::check_folder_of(file);
    }
    return console::run_measured(options.profile, options.trace, [&] {
      return options.model.empty() ? train(options) : use_model(options);
    });
  });
}
