#include "sentiment_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <tapegrad/core/format.hpp>
#include <tapegrad/report/report.hpp>
#include <tapegrad/text/bytes.hpp>
#include <tapegrad/text/vectors_save.hpp>

#include "console/console.hpp"
#include "console/given.hpp"
#include "dataset_options.hpp"
#include "sentiment_option_groups.hpp"

namespace tapegrad {
namespace {

void use_embedded_data(TrainSentimentOptions& o) {
  if (!o.dev.empty() || !o.test.empty()) {
    throw std::invalid_argument("--dev and --test need --train");
  }
  o.embedded = true;
  const std::string folder = console::data_folder();
  o.train = folder + "/reviews.train.tsv";
  o.dev = folder + "/reviews.dev.tsv";
  o.test = folder + "/reviews.test.tsv";
  if (o.vectors.empty()) o.vectors = folder + "/glove.6B.100d.words.txt.gz";
}

// The options of the model, and which of them it takes.
void complete_model(TrainSentimentOptions& o) {
  ClassifierConfig& net = o.experiment.classifier;
  net.kind = model_kind(o.model);
  const auto only_for = [&](ModelKind kind, const char* option, bool given) {
    if (!given || net.kind == kind) return;
    throw std::invalid_argument(
        fmt::format("{}: needs --model {}, not {}", option, to_string(kind), to_string(net.kind)));
  };
  only_for(ModelKind::mean, "--hidden", o.hidden.has_value());
  only_for(ModelKind::cnn, "--filter-widths", !o.filter_widths.empty());
  only_for(ModelKind::cnn, "--filters", o.filters.has_value());
  net.dropout = o.dropout.value_or(net.kind == ModelKind::cnn ? 0.5 : 0.3);
  net.hidden = o.hidden.value_or(net.hidden);
  net.filters = o.filters.value_or(net.filters);
  if (!o.filter_widths.empty()) net.filter_widths = o.filter_widths;
}

void check_kept_vectors(const TrainSentimentOptions& o) {
  if (!o.keep_vectors) return;
  if (o.out.empty()) throw std::invalid_argument("--keep-vectors: needs --out, to keep them there");
  if (o.vectors.empty()) throw std::invalid_argument("--keep-vectors: needs --vectors");
  const std::string file = input_place(o.vectors).file;
  const auto status = std::filesystem::status(file);
  if (file == "-" ||
      (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))) {
    throw std::invalid_argument(
        fmt::format("--keep-vectors: reads the vectors twice, --vectors {} is no file on a disk "
                    "that could be",
                    o.vectors));
  }
}

// What begins with word vectors needs some.
void check_vectors(const TrainSentimentOptions& o) {
  if (!o.vectors.empty()) return;
  std::vector<std::string> names;
  for (const EmbeddingChoice& each : o.experiment.embeddings) {
    if (each.pretrained) names.push_back(each.name);
  }
  if (names.empty()) return;
  if (o.train != "-") load_dataset(o.train, o.data);  // a file that cannot be read is told first
  throw std::invalid_argument(
      fmt::format("--vectors FILE is required: the embeddings {} begin with word vectors",
                  fmt::join(names, ", ")));
}

void refuse_without_effect(const CLI::App& app, const TrainSentimentOptions& o) {
  const auto& ways = o.experiment.embeddings;
  for (const EmbeddingChoice& way : ways) {
    if (way.thaw_after == 0 || way.thaw_after < o.experiment.fit.epochs) continue;
    throw std::invalid_argument(fmt::format("--embeddings: {} thaws nothing in the {} of --epochs",
                                            way.name, counted(o.experiment.fit.epochs, "epoch")));
  }
  const auto is_pretrained = [](const EmbeddingChoice& way) { return way.pretrained; };
  if (o.embedded) {
    console::refuse(app, {"--label-column", "--text-column", "--form", "--header", "--folds"},
                    "needs --train FILE; the embedded data has its form, and a test file");
  }
  if (!o.test.empty()) {
    console::refuse(app, {"--folds"}, "is of the cross-validation, which --test FILE replaces");
  }
  if (o.vectors.empty()) {
    console::refuse(app, {"--cache", "--malformed-vectors"}, "needs --vectors FILE");
  }
  if (std::none_of(ways.begin(), ways.end(), is_pretrained)) {
    console::refuse(app, {"--missing"},
                    "is of embeddings that begin with --vectors, not of random");
  }
  if (std::all_of(ways.begin(), ways.end(), is_pretrained)) {
    console::refuse(app, {"--random-deviation"}, "needs --embeddings random");
  }
  if (!o.experiment.classifier.nb_weights) {
    console::refuse(app, {"--nb-smoothing"}, "needs --nb-weights");
  }
  if (o.experiment.vocabulary.ngrams.order < 2) {
    console::refuse(app, {"--ngram-min-count", "--buckets"}, "needs --ngrams N, of 2 or more");
  }
  if (o.experiment.vocabulary.ngrams.buckets > 0) {
    console::refuse(app, {"--ngram-min-count"}, "--buckets takes all n-grams");
  }
}

// Turns names into values.
void read_names(TrainSentimentOptions& o) {
  complete_model(o);
  for (const std::string& name : o.embeddings) {
    o.experiment.embeddings.push_back(embedding_choice(name));
  }
  o.experiment.missing = o.missing == "zeros" ? Missing::zeros : Missing::normal;
  check(o.experiment);
}

void check_report(const TrainSentimentOptions& o) {
  if (!o.report.empty()) return check_reports();
  if (!o.report_words.empty()) throw std::invalid_argument("--report-words: needs --report FILE");
}

}  // namespace

void add_options(CLI::App& app, TrainSentimentOptions& options) {
  app.name("train_sentiment");
  options.experiment.fit.epochs = 20;
  options.experiment.fit.word_dropout = 0.2;
  options.experiment.seeds = 5;
  add_data_options(app, options);
  add_model_options(app, options);
  add_training_options(app, options);
  add_checkpoint_options(app, options.checkpoints);
  add_output_options(app, options);
}

void complete(const CLI::App& app, TrainSentimentOptions& options) {
  if (options.train.empty()) use_embedded_data(options);
  console::naming_options(app, [&] { read_names(options); });
  refuse_without_effect(app, options);
  check(app, options.data);
  if (options.experiment.vocabulary.options.max_size == 1) {
    throw std::invalid_argument(
        "--max-vocabulary: 1 is neither 0 (no limit) nor 2 or more; <pad> and <unk> count");
  }
  check(options.checkpoints);
  check_kept_vectors(options);
  check_report(options);
  if (!options.save_vectors.empty()) vector_form(options.save_vectors);
  check_vectors(options);
}

}  // namespace tapegrad
