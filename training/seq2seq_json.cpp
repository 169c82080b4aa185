#include <tapegrad/training/seq2seq_json.hpp>

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

Json settings_json(const Seq2SeqConfig& net, const Seq2SeqFitOptions& options) {
  return {{"source_unit", to_string(net.source_unit)},
          {"target_unit", to_string(net.target_unit)},
          {"d_model", net.d_model},
          {"dim_feedforward", net.dim_feedforward},
          {"heads", net.heads},
          {"encoder_layers", net.encoder_layers},
          {"decoder_layers", net.decoder_layers},
          {"dropout", net.dropout},
          {"max_length", net.max_length},
          {"epochs", options.epochs},
          {"patience", options.patience},
          {"batch", options.batch_size},
          {"lr", options.lr},
          {"warmup", options.warmup},
          {"label_smoothing", options.label_smoothing},
          {"clip_norm", options.clip_norm},
          {"seed", options.seed}};
}

}  // namespace

std::string to_json(const std::string& from, const PairSplits& pairs, const Seq2SeqModel& model,
                    const Seq2SeqFitOptions& options, const EpochsResult& result,
                    const DecodeOptions& decode, const PairPredictions& test) {
  Json epochs = Json::array();
  for (const EpochRecord& epoch : result.epochs) {
    epochs.push_back({{"loss", number(epoch.loss)},
                      {"train_accuracy", number(epoch.train_accuracy)},
                      {"dev_exact_match", number(epoch.dev_accuracy)}});
  }
  const Json json = {
      {"format_version", format_version},
      {"data",
       {{"pairs", from},
        {"train", pairs.train.size()},
        {"dev", pairs.dev.size()},
        {"test", pairs.test.size()},
        {"source_units", model.source.size()},
        {"target_units", model.target.size()}}},
      {"settings", settings_json(model.config, options)},
      {"values", count_values(model.net).trainable},
      {"epochs", epochs},
      {"best_epoch", result.best_epoch},
      {"dev_exact_match", number(result.best_dev_accuracy)},
      {"decoding", {{"beam", decode.beam}, {"length_penalty", decode.length_penalty}}},
      {"test_exact_match", number(test.exact_match)},
      {"cancelled", result.cancelled},
      {"timing", {{"training_seconds", result.seconds}, {"examples", result.examples}}},
      {"environment",
       {{"tapegrad", version()},
        {"blas", blas_name()},
        {"kernels", blas_kernels()},
        {"threads", threads()}}}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tapegrad
