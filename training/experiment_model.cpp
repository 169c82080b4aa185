#include <tapegrad/training/experiment_model.hpp>

#include <algorithm>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/layers/init.hpp>
#include <tapegrad/training/nb_weights.hpp>

namespace tapegrad {
namespace {

Array random_table(Index rows, Index width, double deviation, const Rng& rng) {
  Parameter table(zeros({static_cast<std::size_t>(rows), static_cast<std::size_t>(width)}));
  freeze_rows(table, {Vocabulary::pad});
  Rng numbers = rng;
  init::normal(table, numbers, 0.0, deviation);
  return table.value();
}

// The table with rows of zeros behind its own.
Array with_more_rows(Array table, Index more) {
  if (more == 0) return table;
  const Shape& shape = table.shape();
  Array larger = zeros({shape[0] + static_cast<std::size_t>(more), shape[1]});
  std::copy(table.data(), table.data() + table.size(), larger.data());
  return larger;
}

}  // namespace

Index table_rows(const PreparedSplit& data) {
  return data.vocabulary.size() + data.ngrams.size();
}

Index table_width(const WordVectors& vectors, const ExperimentOptions& options) {
  constexpr Index usual = 100;
  return options.width.value_or(vectors.words.empty() ? usual : vectors.width());
}

TextClassifier start_model(const ClassifierConfig& config, const EmbeddingChoice& choice,
                           const PreparedSplit& data, const WordVectors& vectors,
                           const ExperimentOptions& options, std::uint64_t seed) {
  const ProfileSpan span("model", Phase::other);
  const Rng rng(seed);
  const Rng table_rng = rng.split(0);
  const Index rows = table_rows(data);
  Array table =
      choice.pretrained
          ? with_more_rows(init_table(data.vocabulary, vectors, table_rng, options.missing),
                           data.ngrams.size())
          : random_table(rows, table_width(vectors, options), options.random_deviation, table_rng);
  Array nb = config.nb_weights ? nb_weights(data.train, rows, options.nb_smoothing) : Array();
  Rng layers_rng = rng.split(1);
  TextClassifier model = make_classifier(config, std::move(table), layers_rng, std::move(nb));
  if (choice.frozen) freeze(model.table());
  if (choice.new_words && choice.thaw_after == 0) {
    freeze_rows(model.table(), words_with_vector(data.vocabulary, vectors));
  }
  return model;
}

}  // namespace tapegrad
