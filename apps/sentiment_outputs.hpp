// What train_sentiment leaves behind.
#pragma once

#include <functional>
#include <tapegrad/report/recorder.hpp>
#include <tapegrad/training/experiment.hpp>

#include "sentiment_options.hpp"

namespace tapegrad {

/// Fails before the training rather than after: as console::check_folder_of does for each output
/// file, with std::invalid_argument for two outputs into the same one, and with std::system_error
/// where nothing may be written into a folder. Makes those of --out and --export.
void prepare_outputs(const TrainSentimentOptions& options);

/// Shows the result and writes all that is wanted of it, the best model first. One output that
/// fails does not keep the others away: the first error is thrown at the end, of the others there
/// are warnings. `load_kept` gives the vectors of --keep-vectors; where it fails, the model is
/// saved without. Of a training that diverged, it saves the best model so far, and throws.
/// `recorder`: for --report and --export. Returns the exit code.
int write_outputs(const TrainSentimentOptions& options, const Corpus& corpus,
                  ExperimentResult& result, const ReportRecorder* recorder,
                  const std::function<KeptVectors()>& load_kept);

}  // namespace tapegrad
