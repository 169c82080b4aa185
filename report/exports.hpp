// What a report shows, as files for viewers that people have already; docs/report.md describes
// them.
#pragma once

#include <string>
#include <tapegrad/report/recorder.hpp>

namespace tapegrad {

/// Writes into `folder`, which is made if it is missing:
///
/// - metrics.jsonl and metrics.csv: one line an epoch of each training; the latter with a header;
/// - for each way to use embeddings whose first training was recorded, WAY/before and WAY/after
/// with
///   vectors.tsv and metadata.tsv, as the embedding projector (projector.tensorflow.org) takes
///   them;
/// - projector_config.pbtxt, which names these, so that `folder` is a log directory for
/// TensorBoard.
///
/// Deletes nothing that an earlier export left there. std::system_error if writing fails.
void write_exports(const std::string& folder, const Corpus& corpus, const ExperimentResult& result,
                   const ReportRecorder& recorder);

}  // namespace tapegrad
