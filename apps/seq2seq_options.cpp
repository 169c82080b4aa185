#include "seq2seq_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tapegrad/text/number_words.hpp>

#include "console/console.hpp"
#include "console/given.hpp"

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

CLI::Option* add_text(CLI::App& app, const char* name, std::string& value, const char* text,
                      const char* type) {
  return app.add_option(name, value, text)->type_name(type);
}

void add_data_options(CLI::App& app, TrainSeq2SeqOptions& o) {
  app.option_defaults()->group("Data");
  app.add_option("--direction", o.direction, "Numbers into words, or words into numbers")
      ->capture_default_str()
      ->check(plain(CLI::IsMember({"to-words", "to-number"})))
      ->type_name("to-words|to-number");
  add_number(app, "--below", o.numbers.below, "Numbers are below N",
             whole_number(3, number_words_end));
  app.add_option(
         "--numbers", o.number_count,
         fmt::format("Different numbers to train on (default: {}, or what dev and test leave); "
                     "those of few digits are repeated",
                     o.numbers.train))
      ->transform(whole_number(1))
      ->type_name("N");
  add_text(app, "--train", o.train, "Pairs to train on, instead of numbers", "FILE");
  add_text(app, "--dev", o.dev, "Pairs to choose the epoch on (default: a share of train)", "FILE");
  add_text(app, "--test", o.test, "Pairs to test on (default: another share of train)", "FILE");
  add_number(app, "--held-out", o.held_out, "This share of the sources of --train",
             plain(CLI::Range(0.0, 1.0)), "P");
  const CLI::Validator unit = plain(CLI::IsMember({"char", "word"}));
  add_text(app, "--source-unit", o.source_unit, "What the sources of --train consist of",
           "char|word")
      ->check(unit);
  add_text(app, "--target-unit", o.target_unit,
           "What the targets consist of (default: word for both)", "char|word")
      ->check(unit);
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
void complete_numbers(const CLI::App& app, TrainSeq2SeqOptions& o) {
  if (!o.dev.empty() || !o.test.empty()) {
    throw std::invalid_argument("--dev and --test need --train");
  }
  if (!o.source_unit.empty() || !o.target_unit.empty()) {
    throw std::invalid_argument(
        "--source-unit and --target-unit need --train; digits are characters");
  }
  console::refuse(app, {"--held-out"}, "needs --train FILE");
  const bool to_words = o.numbers.direction == Direction::to_words;
  o.config.source_unit = to_words ? Unit::character : Unit::word;
  o.config.target_unit = to_words ? Unit::word : Unit::character;
  o.numbers.held_out = std::clamp<Index>(o.numbers.below / 10, 1, o.numbers.held_out);
  const Index left = o.numbers.below - 2 * o.numbers.held_out;
  o.numbers.train = o.number_count.value_or(std::min(o.numbers.train, left));
  if (o.numbers.train > left) {
    throw std::invalid_argument(
        fmt::format("--numbers: {} to train on, {} for dev and {} for test are more than there are "
                    "below {}",
                    o.numbers.train, o.numbers.held_out, o.numbers.held_out, o.numbers.below));
  }
}

void complete_pairs(const CLI::App& app, TrainSeq2SeqOptions& o) {
  console::refuse(app, {"--direction", "--below", "--numbers"},
                  "is of numbers; --train FILE replaces them");
  if (!o.dev.empty() && !o.test.empty()) {
    console::refuse(app, {"--held-out"}, "with --dev and --test nothing is held out");
  }
  if (!(o.held_out > 0 && o.held_out < 1)) {
    throw std::invalid_argument(
        fmt::format("--held-out: {} is not above 0 and below 1", o.held_out));
  }
  o.config.source_unit = unit_of(o.source_unit.empty() ? "word" : o.source_unit);
  o.config.target_unit = unit_of(o.target_unit.empty() ? "word" : o.target_unit);
}

bool is_of_training(const console::OptionEntry& option) {
  if (option.name() == "--test" || option.name() == "--threads") return false;
  if (option.name() == "--out" || option.name() == "--json") return true;
  constexpr std::array groups = {"Data", "Model", "Training", "Checkpoints"};
  return std::find(groups.begin(), groups.end(), option.group) != groups.end();
}

void complete_loaded(const CLI::App& app, const TrainSeq2SeqOptions& o) {
  for (const console::OptionEntry& option : console::option_entries(app)) {
    if (!is_of_training(option)) continue;
    console::refuse(app, {option.name()}, "is of a training, and --model DIR is trained already");
  }
  if (o.tries.empty() && o.test.empty()) {
    throw std::invalid_argument("--model: needs --try TEXT or --test FILE");
  }
  if (!o.predictions.empty() && o.test.empty()) {
    throw std::invalid_argument("--predictions: needs --test FILE with --model");
  }
}

void check_decoding(const CLI::App& app, const TrainSeq2SeqOptions& o) {
  if (o.show_attention && o.tries.empty()) {
    throw std::invalid_argument("--show-attention: needs --try TEXT");
  }
  if (o.decode.beam == 1) {
    console::refuse(app, {"--length-penalty"}, "needs --beam K, of 2 or more");
  }
  for (const std::string& text : o.tries) {
    if (text.find_first_not_of(" \t\n\v\f\r") != std::string::npos) continue;
    throw std::invalid_argument(fmt::format("--try: \"{}\" is empty", text));
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

void complete(const CLI::App& app, TrainSeq2SeqOptions& o) {
  o.numbers.direction = direction_of(o.direction);
  check_decoding(app, o);
  if (!o.model.empty()) return complete_loaded(app, o);
  check(o.checkpoints);
  if (o.train.empty()) {
    complete_numbers(app, o);
  } else {
    complete_pairs(app, o);
  }
  if (o.config.d_model % o.config.heads != 0) {
    throw std::invalid_argument(
        fmt::format("--heads: {} does not divide {}, the width of --d-model", o.config.heads,
                    o.config.d_model));
  }
}

}  // namespace tapegrad
