// The record of an experiment as JSON, for other programs; the schema stands in docs/json.md.
#pragma once

#include <string>
#include <tapegrad/training/experiment.hpp>

namespace tapegrad {

/// The record, indented, with a newline at its end. Everything but "timing" and "environment" is
/// the same for the same data, options and program, whatever the number of threads.
std::string to_json(const Corpus& corpus, const ExperimentOptions& options,
                    const ExperimentResult& result);

}  // namespace tapegrad
