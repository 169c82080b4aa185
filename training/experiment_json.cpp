#include <tapegrad/training/experiment_json.hpp>

#include <cmath>
#include <nlohmann/json.hpp>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/version.hpp>

namespace tapegrad {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

// JSON has no NaN: what was not measured is null.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json to_json(const Spread& spread) {
  return {{"mean", number(spread.mean)}, {"sd", number(spread.sd)}};
}

Json data_json(const Corpus& corpus, const ExperimentResult& result) {
  Json files = Json::array();
  for (const auto& file : corpus.files) {
    files.push_back(
        {{"use", file.use}, {"file", file.spec}, {"form", file.form}, {"texts", file.texts}});
  }
  return {{"files", files},
          {"labels", corpus.label_names},
          {"classes", corpus.classes},
          {"folds", result.folds},
          {"vocabulary_size", result.vocabulary_size},
          {"ngrams", result.ngrams},
          {"texts_cut", result.texts_cut},
          {"coverage",
           {{"words", result.coverage.types},
            {"words_with_vector", result.coverage.types_found},
            {"tokens", result.coverage.tokens},
            {"tokens_with_vector", result.coverage.tokens_found}}}};
}

Json settings_json(const Corpus& corpus, const ExperimentOptions& options,
                   const ExperimentResult& result) {
  const ClassifierConfig& net = options.classifier;
  Json settings = {{"model", to_string(net.kind)},
                   {"embedding_dim", result.width},
                   {"dropout", net.dropout},
                   {"word_dropout", options.fit.word_dropout},
                   {"optimizer", options.optimizer},
                   {"lr_decay", options.fit.lr_decay},
                   {"clip_norm", options.fit.clip_norm},
                   {"weight_decay", options.weight_decay},
                   {"rows", to_string(options.row_policy)},
                   {"random_deviation", options.random_deviation},
                   {"class_weights", options.class_weights},
                   {"epochs", options.fit.epochs},
                   {"batch", options.fit.batch_size},
                   {"patience", options.fit.patience},
                   {"seed", options.seed},
                   {"seeds", options.seeds},
                   {"whitespace_only", corpus.rules.whitespace_only},
                   {"min_count", options.vocabulary.options.min_count},
                   {"max_vocabulary", options.vocabulary.options.max_size},
                   {"max_tokens", options.vocabulary.max_tokens},
                   {"ngrams", options.vocabulary.ngrams.order},
                   {"ngram_min_count", options.vocabulary.ngrams.min_count},
                   {"buckets", options.vocabulary.ngrams.buckets},
                   {"distinct", options.vocabulary.ngrams.distinct},
                   {"nb_weights", net.nb_weights},
                   {"nb_smoothing", options.nb_smoothing},
                   {"missing", options.missing == Missing::normal ? "normal" : "zeros"}};
  if (net.kind == ModelKind::mean) settings["hidden"] = net.hidden;
  return settings;
}

Json run_json(const Run& run) {
  Json epochs = Json::array();
  for (const EpochRecord& epoch : run.fit.epochs) {
    epochs.push_back({{"loss", number(epoch.loss)},
                      {"train_accuracy", number(epoch.train_accuracy)},
                      {"dev_accuracy", number(epoch.dev_accuracy)}});
  }
  const PaddingProof& padding = run.fit.padding;
  return {{"seed", run.seed},
          {"fold", run.fold},
          {"best_epoch", run.fit.best_epoch},
          {"dev_accuracy", number(run.fit.best_dev_accuracy)},
          {"test_accuracy", number(run.test.accuracy)},
          {"test_macro_f1", number(run.test.macro_f1)},
          {"epochs", epochs},
          {"padding",
           {{"gradient_steps", padding.steps},
            {"gradient_rows", padding.rows},
            {"steps_with_padding_row", padding.padding_steps},
            {"norm_before", number(padding.norm_before)},
            {"norm_after", number(padding.norm_after)}}}};
}

Json group_json(const RunGroup& group) {
  Json runs = Json::array();
  for (const Run& run : group.runs) runs.push_back(run_json(run));
  return {{"embeddings", group.embeddings.name},
          {"lr", group.lr},
          {"trainable_values", group.values.trainable},
          {"frozen_values", group.values.frozen},
          {"dev", {{"accuracy", to_json(group.dev_accuracy())}}},
          {"test",
           {{"accuracy", to_json(group.test_accuracy())},
            {"macro_f1", to_json(group.test_macro_f1())}}},
          {"trainings", runs}};
}

Json timing_json(const ExperimentResult& result) {
  Json timing = Json::array();
  for (const RunGroup& group : result.groups) {
    for (const Run& run : group.runs) {
      timing.push_back({{"embeddings", group.embeddings.name},
                        {"seed", run.seed},
                        {"fold", run.fold},
                        {"training_seconds", run.fit.seconds},
                        {"examples", run.fit.examples}});
    }
  }
  return timing;
}

}  // namespace

std::string to_json(const Corpus& corpus, const ExperimentOptions& options,
                    const ExperimentResult& result) {
  Json runs = Json::array();
  for (const RunGroup& group : result.groups) runs.push_back(group_json(group));
  const Json json = {{"format_version", format_version},
                     {"data", data_json(corpus, result)},
                     {"settings", settings_json(corpus, options, result)},
                     {"runs", runs},
                     {"cancelled", result.cancelled},
                     {"timing", timing_json(result)},
                     {"environment",
                      {{"tapegrad", version()},
                       {"blas", blas_name()},
                       {"kernels", blas_kernels()},
                       {"threads", threads()}}}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tapegrad
