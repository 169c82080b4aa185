#include <tapegrad/training/experiment_state.hpp>

#include <fmt/core.h>

#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/training_json.hpp>
#include <utility>

namespace tapegrad {
namespace {

using Json = JsonField::Json;

constexpr const char* section = "experiment";

Json to_json(const Run& run, const ValueCount& values) {
  const PaddingProof& padding = run.fit.padding;
  return {{"seed", run.seed},
          {"fold", run.fold},
          {"trainable", values.trainable},
          {"frozen", values.frozen},
          {"fit", tapegrad::to_json(run.fit)},
          {"padding", Json::array({padding.steps, padding.rows, padding.padding_steps})},
          {"norms", Json::array({exact_json(padding.norm_before), exact_json(padding.norm_after)})},
          {"test", Json::array({exact_json(run.test.accuracy), exact_json(run.test.macro_f1)})},
          {"test_items", run.test.items}};
}

void add_run(ExperimentState& state, const JsonField& saved, Index epochs) {
  const JsonField padding = saved["padding"], norms = saved["norms"], test = saved["test"];
  Run run{saved["seed"].count(), saved["fold"].count(), {}, {}};
  static_cast<EpochsResult&>(run.fit) = epochs_result(saved["fit"], epochs);
  run.fit.padding = {padding.at(0).count(), padding.at(1).count(), padding.at(2).count(),
                     norms.at(0).real(), norms.at(1).real()};
  run.test = {saved["test_items"].count(), test.at(0).real(), test.at(1).real()};
  state.runs.push_back(std::move(run));
  state.values.push_back({saved["trainable"].count(), saved["frozen"].count()});
}

void add_best(const ExperimentResult& result, std::vector<RawTensor>& tensors) {
  for (const auto& [name, p] : parameters(result.best->net)) {
    tensors.push_back(raw_tensor("best_run." + name, p.value()));
  }
  const auto& [labels, probabilities] = result.best_predictions.predictions;
  tensors.push_back({"best_run_labels", DType::i64, {labels.size()}, labels.data()});
  tensors.push_back(raw_tensor("best_run_probabilities", probabilities));
}

}  // namespace

void save_experiment(Checkpoints& checkpoints, const Identity& identity,
                     const ExperimentState& state, const ExperimentResult& result) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < state.runs.size(); ++i) {
    runs.push_back(to_json(state.runs[i], state.values[i]));
  }
  Json json = {{"identity", to_json(identity)}, {"runs", std::move(runs)}};
  std::vector<RawTensor> tensors;
  if (state.best) {
    json["best"] = *state.best;
    add_best(result, tensors);
  }
  checkpoints.set_section(section, json.dump(-1, ' ', false, Json::error_handler_t::replace),
                          std::move(tensors));
}

ExperimentState read_runs(const CheckpointFile& file, const Identity* identity, Index epochs) {
  const Json json = parse_json(file.path(), section, file.section(section));
  const JsonField saved(file.path(), section, json);
  if (identity != nullptr) check_identity(saved["identity"], *identity);
  ExperimentState state;
  const JsonField runs = saved["runs"];
  for (std::size_t i = 0; i < runs.size(); ++i) add_run(state, runs.at(i), epochs);
  if (!state.runs.empty()) {
    const auto last = static_cast<std::int64_t>(state.runs.size()) - 1;
    state.best = static_cast<std::size_t>(saved["best"].integer(0, last));
  }
  return state;
}

Predictions read_best(const CheckpointFile& file, const TextClassifier& model, std::size_t texts,
                      Index classes) {
  for (const auto& [name, p] : parameters(model)) {
    Parameter(p).assign(file.array("best_run." + name, p.shape()));
  }
  Predictions predictions{
      file.indices("best_run_labels"),
      file.array("best_run_probabilities", {texts, static_cast<std::size_t>(classes)})};
  for (const Index label : predictions.labels) {
    if (label >= 0 && label < classes) continue;
    throw FormatError(file.path(), 0,
                      fmt::format("best_run_labels: {} is not in [0, {})", label, classes));
  }
  if (predictions.labels.size() == texts) return predictions;
  throw FormatError(
      file.path(), 0,
      fmt::format("best_run_labels: {} labels, expected {}", predictions.labels.size(), texts));
}

}  // namespace tapegrad
