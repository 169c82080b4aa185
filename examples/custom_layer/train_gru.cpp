// train_gru [EPOCHS [TRAIN DEV TEST VECTORS]]: trains a GRU to tell the labels of texts. The files
// are in any of the forms that tg::load_dataset and tg::load_vectors read; without them, the small
// data that is installed with tapegrad.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "training.hpp"

namespace tg = tapegrad;

namespace {

constexpr std::uint64_t seed = 1;
constexpr std::size_t hidden = 100;

struct Files {
  std::string train = TAPEGRAD_DATA "/reviews.train.tsv";
  std::string dev = TAPEGRAD_DATA "/reviews.dev.tsv";
  std::string test = TAPEGRAD_DATA "/reviews.test.tsv";
  std::string vectors = TAPEGRAD_DATA "/glove.6B.100d.words.txt.gz";
};

void train(tg::Index epochs, const Files& files) {
  const tg::Corpus corpus = tg::load_corpus(files.train, files.dev, files.test);
  const tg::WordVectors vectors = tg::load_vectors(
      files.vectors, [&](std::string_view word) { return corpus.texts.words.find(word) >= 0; });
  const tg::Split split = tg::make_splits(corpus, 10, seed).front();
  const tg::PreparedSplit data = tg::prepare(corpus, split, vectors, {});

  tg::Rng rng(seed);
  tg::Array table = tg::init_table(data.vocabulary, vectors, rng.split(0));
  const auto width = static_cast<std::size_t>(vectors.width());
  const auto classes = static_cast<std::size_t>(corpus.classes);
  custom::Classifier model{
      tg::Embedding(tg::Parameter(std::move(table)), {.padding_idx = tg::Vocabulary::pad}),
      tg::Dropout(0.5), custom::GRU(width, hidden, rng), tg::Linear(hidden, classes, rng)};
  tg::Adam adam(model, {.lr = 1e-3});
  custom::Training training(model, adam, data, seed);

  tg::EpochOptions options{.epochs = epochs};
  options.progress = [](const tg::Progress& p) {
    if (!p.dev_accuracy) return;  // not the end of an epoch
    std::printf("epoch %2td: loss %.4f, train %.4f, dev %.4f, %.0f texts/s\n", p.epoch, p.loss,
                p.accuracy, *p.dev_accuracy, p.examples_per_second);
  };
  const tg::EpochsResult result = tg::run_epochs(training, options);
  std::printf("best epoch %td: dev %.4f, test %.4f; %.2f s an epoch\n", result.best_epoch,
              result.best_dev_accuracy, custom::accuracy(model, data.test),
              result.seconds / static_cast<double>(result.epochs.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 1 && argc != 2 && argc != 6) {
    std::fprintf(stderr, "usage: train_gru [EPOCHS [TRAIN DEV TEST VECTORS]]\n");
    return 2;
  }
  try {
    const tg::Index epochs = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 5;
    train(epochs, argc == 6 ? Files{argv[2], argv[3], argv[4], argv[5]} : Files{});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train_gru: %s\n", error.what());
    return 1;
  }
}
