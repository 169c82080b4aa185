// From what was seen of a training to what a report shows of it.
#pragma once

#include <tapegrad/report/recorder.hpp>

namespace tapegrad {

/// The id of the first word of a vocabulary: <pad> and <unk> are none.
constexpr Index first_word = Vocabulary::unk + 1;

/// A training that has ended; see ExperimentObserver::training_ends.
struct RecordSource {
  const Corpus& corpus;
  const WordVectors& vectors;
  const ExperimentOptions& experiment;
  const TrainingView& training;
  const ClassifierModel& model;
  const Run& run;
  const Predictions& test;
};

/// `table` must be of this training. Warns of ReportOptions::words that are not in the vocabulary.
TrainingRecord make_record(const RecordSource& source, const TableRecording& table,
                           const ReportOptions& options);

}  // namespace tapegrad
