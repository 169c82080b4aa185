// An experiment as people read it.
#pragma once

#include <string>
#include <tapegrad/training/experiment.hpp>

namespace tapegrad {

/// The files, their forms and sizes.
std::string data_text(const Corpus& corpus, const std::string& vectors);
/// The part of a training that is done, from 0 to 1.
double share_of(const Progress& progress);
/// "epoch 3 of 10, finetune, seed 2, loss 0.412, accuracy 0.811, 9,700 examples/s"
std::string progress_text(const std::string& run, const Progress& progress);
/// The vocabulary and the model.
std::string setup_text(const Corpus& corpus, const ExperimentOptions& options,
                       const ExperimentResult& result);
/// The scores of each way of embedding, and what its trainings were.
std::string result_text(const ExperimentOptions& options, const ExperimentResult& result);
/// The proof that the padding row got no gradient.
std::string padding_text(const ExperimentResult& result);
/// TSV with header: number of the text in its file, its label, the predicted one, probabilities.
std::string predictions_text(const Corpus& corpus, const ExperimentResult& result);

}  // namespace tapegrad
