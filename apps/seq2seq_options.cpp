#include "seq2seq_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "console/console.hpp"

namespace tapegrad {
namespace {

using console::plain;
using console::whole_number;

// An option with a number as value, whose default the help page shows.
template <class T>
void add_number(CLI::App& app, const char* name, T& value, const char* text,
                const CLI::Validator& validator, const char* type = "N") {
  app.add_option(name, value, text)->capture_default_str()->transform(validator)->type_name(type);
}

void add_text(CLI::App& app, const char* name, std::string& value, const char* text,
              const char* type) {
  app.add_option(name, value, text)->type_name(type);
}

void add_data_options(CLI::App& app, TrainSeq2SeqOptions& o) {
  app.option_defaults()->group("Data");
  app.add_option("--direction", o.direction, "Numbers into words, or words into numbers")
      ->capture_default_str()
      ->type_name("to-words|to-number");
  add_number(app, "--below", o.numbers.below, "Numbers are below N", whole_number(1));
  app.add_option(
         "--numbers", o.number_count,
         fmt::format("Different numbers to train on (default: {}, or what dev and test leave)",
                     o.numbers.train))
      ->transform(whole_number(1))
      ->type_name("N");
  add_text(app, "--train", o.train, "Pairs to train on, instead of numbers", "FILE");
  add_text(app, "--dev", o.dev, "Pairs to choose the epoch on (default: a share of train)", "FILE");
  add_text(app, "--test", o.test, "Pairs to test on (default: another share of train)", "FILE");
  add_number(app, "--held-out", o.held_out, "This share of the sources of --train",
             plain(CLI::Range(0.0, 1.0)), "P");
  add_text(app, "--source-unit", o.source_unit, "What the sources of --train consist of",
           "char|word");
  add_text(app, "--target-unit", o.target_unit,
           "What the targets consist of (default: word for both)", "char|word");
}

void add_model_options(CLI::App& app, TrainSeq2SeqOptions& o) {
  app.option_defaults()->group("Model");
  Seq2SeqConfig& net = o.config;
  add_number(app, "--d-model", net.d_model, "Width of embeddings and layers", whole_number(1), "D");
  add_number(app, "--feedforward", net.dim_feedforward, "Width of the feed-forward networks",
             whole_number(1), "D");
  add_number(app, "--heads", net.heads, "Heads of each attention", whole_number(1));
  add_number(app, "--encoder-layers", net.encoder_layers, "Layers of the encoder", whole_number(1));
  add_number(app, "--decoder-layers", net.decoder_layers, "Layers of the decoder", whole_number(1));
  add_number(app, "--dropout", net.dropout, "Dropout in all layers", plain(CLI::Range(0.0, 1.0)),
             "P");
  add_number(app, "--max-length", net.max_length,
             "The most units of a source or a target (0: twice what train has)", whole_number(0));
}

void add_training_options(CLI::App& app, TrainSeq2SeqOptions& o) {
  app.option_defaults()->group("Training");
  Seq2SeqFitOptions& fit = o.fit;
  add_number(app, "--epochs", fit.epochs, "Epochs; the best on dev is kept",
             whole_number(1, 1'000'000'000));
  add_number(app, "--patience", fit.patience, "Stop after N epochs without a better one (0: never)",
             whole_number(0));
  add_number(app, "--batch", fit.batch_size, "Pairs a step", whole_number(1));
  add_number(app, "--lr", fit.lr, "Learning rate of Adam at the end of the warm-up",
             plain(CLI::PositiveNumber), "RATE");
  add_number(app, "--warmup", fit.warmup,
             "Steps in which the learning rate rises (a tenth of all at most); then it falls to 0",
             whole_number(0));
  add_number(app, "--label-smoothing", fit.label_smoothing,
             "Share of the target spread over all units", plain(CLI::Range(0.0, 1.0)), "P");
  add_number(app, "--clip-norm", fit.clip_norm,
             "Clip the gradients of each step to this norm (0: never)",
             plain(CLI::NonNegativeNumber), "X");
  add_number(app, "--seed", fit.seed, "Of the numbers, the start and the dropout", whole_number(0),
             "S");
  console::add_threads(app, o.threads);
}

void add_decoding_options(CLI::App& app, TrainSeq2SeqOptions& o) {
  app.option_defaults()->group("Decoding");
  add_text(app, "--model", o.model, "Load this model instead of training one", "DIR");
  app.add_option("--try", o.tries, "Texts to decode")->type_name("TEXT");
  app.add_flag("--show-attention", o.show_attention,
               "Show what the decoder looks at in each text of --try");
  add_number(app, "--beam", o.decode.beam, "Width of the beam (1: greedy)", whole_number(1), "K");
  add_number(app, "--length-penalty", o.decode.length_penalty,
             "Rank targets by log-probability / length^A", plain(CLI::NonNegativeNumber), "A");
}

void add_output_options(CLI::App& app, TrainSeq2SeqOptions& o) {
  app.option_defaults()->group("Output");
  app.add_option("--out", o.out, "Save the model in this folder")
      ->check(console::no_standard_output())
      ->type_name("DIR");
  console::add_text_output(app, "--json", o.json, "Write all results as JSON");
  console::add_text_output(app, "--predictions", o.predictions,
                           "Write what becomes of each test source, as TSV");
  app.add_flag("--profile", o.profile,
               "Print time, calls and bytes of each operation and stage to standard error");
  console::add_text_output(
      app, "--trace", o.trace,
      "Write the same, call by call, as a Chrome trace (ui.perfetto.dev loads it)");
  console::add_quiet(app, o.quiet);
}

// One kind of unit for digits, another for words.
void complete_numbers(TrainSeq2SeqOptions& o) {
  if (!o.dev.empty() || !o.test.empty()) {
    throw std::invalid_argument("--dev and --test need --train");
  }
  if (!o.source_unit.empty() || !o.target_unit.empty()) {
    throw std::invalid_argument(
        "--source-unit and --target-unit need --train; digits are characters");
  }
  const bool to_words = o.numbers.direction == Direction::to_words;
  o.config.source_unit = to_words ? Unit::character : Unit::word;
  o.config.target_unit = to_words ? Unit::word : Unit::character;
  o.numbers.held_out = std::clamp<Index>(o.numbers.below / 10, 1, o.numbers.held_out);
  o.numbers.train =
      o.number_count.value_or(std::min(o.numbers.train, o.numbers.below - 2 * o.numbers.held_out));
}

void complete_loaded(const TrainSeq2SeqOptions& o) {
  if (!o.train.empty() || !o.dev.empty() || !o.out.empty() || !o.json.empty() ||
      o.checkpoints.wanted()) {
    throw std::invalid_argument(
        "--model: loads a model that is trained; --train, --dev, --out, --json, --checkpoint and "
        "--resume are of a training");
  }
  if (o.tries.empty() && o.test.empty()) {
    throw std::invalid_argument("--model: needs --try TEXT or --test FILE");
  }
}

}  // namespace

void add_options(CLI::App& app, TrainSeq2SeqOptions& options) {
  app.name("train_seq2seq");
  add_data_options(app, options);
  add_model_options(app, options);
  add_training_options(app, options);
  add_checkpoint_options(app, options.checkpoints);
  add_decoding_options(app, options);
  add_output_options(app, options);
}

void complete(TrainSeq2SeqOptions& o) {
  o.numbers.direction = direction_of(o.direction);
  check(o.checkpoints);
  if (o.show_attention && o.tries.empty()) {
    throw std::invalid_argument("--show-attention: needs --try TEXT");
  }
  if (!o.model.empty()) {
    complete_loaded(o);
    if (!o.predictions.empty() && o.test.empty()) {
      throw std::invalid_argument("--predictions: needs --test FILE with --model");
    }
    return;
  }
  if (o.train.empty()) {
    complete_numbers(o);
  } else {
    o.config.source_unit = unit_of(o.source_unit.empty() ? "word" : o.source_unit);
    o.config.target_unit = unit_of(o.target_unit.empty() ? "word" : o.target_unit);
  }
  check_seq2seq(o.config);
}

}  // namespace tapegrad
