// The report of train_sentiment, and its exports.
#pragma once

#include <string>
#include <tapegrad/report/recorder.hpp>

#include "sentiment_options.hpp"

namespace tapegrad {

/// The command line with which a program was started, as it can be given to a shell, without the
/// folder of the program.
std::string command_line(int argc, const char* const* argv);

/// Writes what --report and --export ask for, and prints where it is. Warns of trainings that were
/// finished before a resume, of which they can show the figures alone.
void write_report_files(const TrainSentimentOptions& options, const Corpus& corpus,
                        const ExperimentResult& result, const ReportRecorder& recorder);

}  // namespace tapegrad
