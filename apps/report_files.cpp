#include "report_files.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <ctime>
#include <filesystem>
#include <tapegrad/core/log.hpp>
#include <tapegrad/report/exports.hpp>
#include <tapegrad/report/report.hpp>

#include "console/out.hpp"

namespace tapegrad {
namespace {

// A word as a shell takes it for one.
std::string quoted(const std::string& word) {
  constexpr const char* plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string result = "'";
  for (const char c : word) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

void warn_of_unrecorded(const ExperimentResult& result, const ReportRecorder& recorder) {
  for (std::size_t way = 0; way < result.groups.size(); ++way) {
    const RunGroup& group = result.groups[way];
    if (group.runs.empty() || recorder.record(way) != nullptr) continue;
    warn(
        fmt::format("{}: its first training was finished before the resume, so that its words and "
                    "gradients are not in the report",
                    group.embeddings.name));
  }
}

}  // namespace

std::string command_line(int argc, const char* const* argv) {
  std::string line = std::filesystem::path(argc > 0 ? argv[0] : "").filename().string();
  for (int i = 1; i < argc; ++i) line.append(" ").append(quoted(argv[i]));
  return line;
}

void write_report_files(const TrainSentimentOptions& options, const Corpus& corpus,
                        const ExperimentResult& result, const ReportRecorder& recorder) {
  warn_of_unrecorded(result, recorder);
  if (!options.report.empty()) {
    const ReportHead head{fmt::format("Training on {}", corpus.files[0].spec), options.command,
                          fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)))};
    write_report(options.report, head, corpus, options.experiment, result, recorder);
    console::print_note(fmt::format("report: {}\n", options.report));
  }
  if (!options.exports.empty()) {
    write_exports(options.exports, corpus, result, recorder);
    console::print_note(fmt::format("exports for other viewers: {}\n", options.exports));
  }
}

}  // namespace tapegrad
