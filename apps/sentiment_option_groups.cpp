#include "sentiment_option_groups.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>

#include "console/console.hpp"
#include "dataset_options.hpp"

namespace tapegrad {

using console::plain;
using console::whole_number;

void add_data_options(CLI::App& app, TrainSentimentOptions& o) {
  app.option_defaults()->group("Data");
  app.add_option("--train", o.train, "Labelled texts to train on")->type_name("FILE");
  app.add_option("--dev", o.dev, "Texts to choose the epoch on (default: a tenth of train)")
      ->type_name("FILE");
  app.add_option("--test", o.test, "Texts to test on (default: cross-validation, see --folds)")
      ->type_name("FILE");
  app.add_option("--vectors", o.vectors,
                 "Word vectors: GloVe, fastText or word2vec (text or binary), .npz, .npy; also in "
                 "gzip, or in a zip archive, as FILE.zip:NAME if it has several files")
      ->type_name("FILE");
  const std::map<std::string, Malformed> policies{{"strict", Malformed::strict},
                                                  {"skip", Malformed::skip}};
  app.add_option("--malformed-vectors", o.malformed_vectors,
                 "Malformed lines among them are an error, or are left out and counted")
      ->transform(plain(CLI::CheckedTransformer(policies)))
      ->type_name("strict|skip")
      ->default_str("strict");
  app.add_option("--cache", o.cache,
                 "Keep a binary copy of the vectors in this folder, which loads faster next time")
      ->check(console::no_standard_output())
      ->type_name("DIR");
  add_dataset_options(app, o.data);
  app.add_option("--min-count", o.experiment.vocabulary.options.min_count,
                 "Words seen fewer times in train are unknown")
      ->capture_default_str()
      ->transform(whole_number(0))
      ->type_name("N");
  app.add_option("--max-vocabulary", o.experiment.vocabulary.options.max_size,
                 "At most so many words of train (0: all)")
      ->capture_default_str()
      ->transform(whole_number(0))
      ->type_name("N");
  app.add_option("--max-tokens", o.experiment.vocabulary.max_tokens,
                 "Longer texts are cut there (0: never)")
      ->capture_default_str()
      ->transform(whole_number(0))
      ->type_name("N");
  NgramOptions& ngrams = o.experiment.vocabulary.ngrams;
  app.add_option("--ngrams", ngrams.order, "Take runs of up to N words as words of their own too")
      ->capture_default_str()
      ->transform(whole_number(1, 100))
      ->type_name("N");
  app.add_option("--ngram-min-count", ngrams.min_count,
                 "N-grams seen fewer times in train are left out")
      ->capture_default_str()
      ->transform(whole_number(0))
      ->type_name("N");
  app.add_option("--buckets", ngrams.buckets,
                 "Hash all n-grams into N rows (0: a row for each that is kept)")
      ->capture_default_str()
      ->transform(whole_number(0, std::numeric_limits<std::int32_t>::max()))
      ->type_name("N");
  app.add_flag("--distinct", ngrams.distinct,
               "Each word and n-gram counts once a text, however often it occurs");
  app.add_flag("--tokenized", o.rules.whitespace_only,
               "The texts are tokenized already: split at spaces only");
}

void add_model_options(CLI::App& app, TrainSentimentOptions& o) {
  app.option_defaults()->group("Model");
  ClassifierConfig& net = o.experiment.classifier;
  app.add_option(
         "--embeddings", o.embeddings,
         "Ways to compare; thaw:N: frozen for N epochs; newwords: words with a vector are frozen; "
         "newwords:N: for N epochs")
      ->delimiter(',')
      ->capture_default_str()
      ->type_name("frozen|finetune|random|thaw:N|newwords|newwords:N,...");
  app.add_option("--model", o.model,
                 "bag: mean of the word vectors, linear layer; mean: a hidden layer between; cnn: "
                 "filters over runs of words, the maximum of each, linear layer")
      ->capture_default_str()
      ->type_name("bag|mean|cnn");
  app.add_flag("--nb-weights", net.nb_weights,
               "Weigh words by their Naive-Bayes log-count ratio (model bag, two classes)");
  app.add_option("--nb-smoothing", o.experiment.nb_smoothing,
                 "Added to the counts behind --nb-weights")
      ->capture_default_str()
      ->check(plain(CLI::PositiveNumber))
      ->type_name("A");
  app.add_option("--hidden", o.hidden, "Width of the hidden layer of --model mean")
      ->default_str(std::to_string(net.hidden))
      ->transform(whole_number(1))
      ->type_name("N");
  app.add_option("--filter-widths", o.filter_widths,
                 "Widths of the filters of --model cnn, in words")
      ->delimiter(',')
      ->default_str(fmt::format("{}", fmt::join(net.filter_widths, ",")))
      ->transform(whole_number(1))
      ->type_name("N,...");
  app.add_option("--filters", o.filters, "Filters of each width of --model cnn")
      ->default_str(std::to_string(net.filters))
      ->transform(whole_number(1))
      ->type_name("N");
  app.add_option(
         "--dim", o.experiment.width,
         "Width of random embeddings (default: that of the vectors, or 100); beside frozen or "
         "finetune they have that of the vectors")
      ->transform(whole_number(1))
      ->type_name("D");
  app.add_option("--dropout", o.dropout,
                 "Dropout of the text's vector (default: 0.5 with --model cnn, 0.3 otherwise)")
      ->check(plain(CLI::Range(0.0, 1.0)))
      ->type_name("P");
  app.add_option("--word-dropout", o.experiment.fit.word_dropout, "Dropout of whole words")
      ->capture_default_str()
      ->check(plain(CLI::Range(0.0, 1.0)))
      ->type_name("P");
  app.add_option("--random-deviation", o.experiment.random_deviation,
                 "Standard deviation of the values of random embeddings")
      ->capture_default_str()
      ->check(plain(CLI::NonNegativeNumber))
      ->type_name("S");
  app.add_option("--missing", o.missing,
                 "Start of words without a vector: normal (spread of the others) or zeros")
      ->capture_default_str()
      ->check(plain(CLI::IsMember({"normal", "zeros"})))
      ->type_name("normal|zeros");
}

void add_training_options(CLI::App& app, TrainSentimentOptions& o) {
  app.option_defaults()->group("Training");
  ExperimentOptions& e = o.experiment;
  app.add_option("--epochs", e.fit.epochs, "Epochs; the best on dev is kept")
      ->capture_default_str()
      ->transform(whole_number(1, 1'000'000'000))
      ->type_name("N");
  app.add_option("--patience", e.fit.patience,
                 "Stop after N epochs without a better one (0: never)")
      ->capture_default_str()
      ->transform(whole_number(0))
      ->type_name("N");
  app.add_option("--batch", e.fit.batch_size, "Texts a step")
      ->capture_default_str()
      ->transform(whole_number(1))
      ->type_name("N");
  app.add_option("--optimizer", e.optimizer, "What makes steps of gradients")
      ->capture_default_str()
      ->type_name("adam|adamw|sgd|adagrad|rmsprop");
  app.add_option("--lr", e.lr, "Learning rate (default, adam: 0.01 frozen, 0.003 otherwise)")
      ->check(plain(CLI::PositiveNumber))
      ->type_name("RATE");
  app.add_flag("--lr-decay", e.fit.lr_decay, "Let the learning rate fall to 0 in equal steps");
  app.add_option("--clip-norm", e.fit.clip_norm,
                 "Clip the gradients of each step to this norm (0: never)")
      ->capture_default_str()
      ->check(plain(CLI::NonNegativeNumber))
      ->type_name("X");
  app.add_option("--weight-decay", e.weight_decay, "Weight decay")
      ->capture_default_str()
      ->check(plain(CLI::NonNegativeNumber))
      ->type_name("W");
  const std::map<std::string, RowPolicy> policies{
      {"exact", RowPolicy::exact}, {"lazy", RowPolicy::lazy}, {"dense", RowPolicy::dense}};
  app.add_option(
         "--rows", e.row_policy,
         "Table rows without a gradient: exact (dense Adam's result), lazy (left alone) or dense "
         "(as exact, but slow)")
      ->transform(plain(CLI::CheckedTransformer(policies)))
      ->type_name("exact|lazy|dense")
      ->default_str("exact");
  app.add_option("--class-weights", e.class_weights,
                 "Weights of the classes in the loss; balanced: the rarer, the more")
      ->type_name("balanced|LABEL=WEIGHT,...");
  app.add_option("--seeds", e.seeds, "Trainings of each way, with different seeds")
      ->capture_default_str()
      ->transform(whole_number(1, 1'000'000))
      ->type_name("K");
  app.add_option("--seed", e.seed, "The first seed")
      ->capture_default_str()
      ->transform(whole_number(0))
      ->type_name("S");
  app.add_option("--folds", e.folds, "Folds of the cross-validation without --test")
      ->capture_default_str()
      ->transform(whole_number(2))
      ->type_name("K");
  console::add_threads(app, o.threads);
}

void add_output_options(CLI::App& app, TrainSentimentOptions& o) {
  app.option_defaults()->group("Output");
  app.add_option("--out", o.out, "Save the best model in this folder")
      ->check(console::no_standard_output())
      ->type_name("DIR");
  app.add_option("--save-vectors", o.save_vectors,
                 "Write the best model's word vectors: .vec (fastText, word2vec text), .bin "
                 "(word2vec), each also .gz, or .npy")
      ->check(console::no_standard_output())
      ->type_name("FILE");
  app.add_flag("--keep-vectors", o.keep_vectors,
               "Save the other vectors of --vectors with the model, so that words that are not in "
               "train have theirs when texts are classified; of use where embeddings stay close to "
               "the pretrained ones: frozen, or trained a little");
  console::add_text_output(app, "--json", o.json, "Write all results as JSON");
  console::add_text_output(app, "--predictions", o.predictions,
                           "Write what the best model says of each of its test texts, as TSV");
  app.add_option("--report", o.report,
                 "Write a page that shows what training did to the words: one HTML file, to be "
                 "opened in a browser")
      ->check(console::no_standard_output())
      ->type_name("FILE");
  app.add_option("--report-words", o.report_words,
                 "Words whose neighbours it shows beside those that moved most")
      ->delimiter(',')
      ->type_name("WORD,...");
  app.add_option("--export", o.exports,
                 "Write the words' vectors before and after training, and the figures of each "
                 "epoch, for other viewers: a log directory for TensorBoard's projector, CSV, JSON "
                 "lines")
      ->check(console::no_standard_output())
      ->type_name("DIR");
  app.add_flag("--profile", o.profile,
               "Print time, calls and bytes of each operation and stage to standard error");
  console::add_text_output(
      app, "--trace", o.trace,
      "Write the same, call by call, as a Chrome trace (ui.perfetto.dev loads it)");
  console::add_quiet(app, o.quiet);
}

}  // namespace tapegrad
