// The finished trainings of an experiment, in a checkpoint.
#pragma once

#include <optional>
#include <tapegrad/training/checkpoints.hpp>
#include <tapegrad/training/experiment.hpp>
#include <vector>

namespace tapegrad {

/// The finished trainings of an experiment, in the order in which they ran, and which of them is
/// the best.
struct ExperimentState {
  std::vector<Run> runs;
  std::vector<ValueCount> values;  // of the model of each of them
  std::optional<std::size_t> best;
};

/// What an experiment depends on: the options that change its results, by their names in
/// train_sentiment, and the data.
Identity identity_of(const Corpus& corpus, const WordVectors& vectors,
                     const ExperimentOptions& options);

/// Makes them the section "experiment" of the next checkpoint, with the parameters of the best
/// model and its predictions; `result` must stay where it is.
void save_experiment(Checkpoints& checkpoints, const Identity& identity,
                     const ExperimentState& state, const ExperimentResult& result);

/// Reads them. Throws std::invalid_argument when it was another experiment than `identity`, if that
/// is given, naming what differs; FormatError when the checkpoint is damaged, or a training has
/// more than so many epochs.
ExperimentState read_runs(const CheckpointFile& file, const Identity* identity, Index epochs);
/// Puts the parameters of the best model into one of its kind, and reads its predictions of this
/// many texts.
Predictions read_best(const CheckpointFile& file, const TextClassifier& model, std::size_t texts,
                      Index classes);

}  // namespace tapegrad
