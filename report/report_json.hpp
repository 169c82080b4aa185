// The data of a report as JSON; the schema stands in docs/report.md.
#pragma once

#include <string>
#include <tapegrad/report/recorder.hpp>

namespace tapegrad {

/// What a report says of itself.
struct ReportHead {
  std::string title;
  std::string command = {};  // that made it
  std::string created = {};  // when, as people read it
};

/// One object, on one line. Numbers have at most five significant digits; one that is not finite is
/// null. `recorder` has looked on at the experiment.
std::string report_json(const ReportHead& head, const Corpus& corpus,
                        const ExperimentOptions& options, const ExperimentResult& result,
                        const ReportRecorder& recorder);

}  // namespace tapegrad
