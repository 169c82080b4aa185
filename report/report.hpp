// A report: one HTML file with everything in it, to be opened in a browser.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/report/report_json.hpp>

namespace tapegrad {

/// Throws std::invalid_argument, which names the missing package, if the library was built without
/// the chart library, and so can write no reports.
void check_reports();

/// The page of a report with this title and these data, a JSON text: it needs no other file and no
/// network. Errors as in check_reports.
std::string report_page(std::string_view title, std::string_view json);

/// Writes it of an experiment at which `recorder` has looked on. Errors as in check_reports;
/// std::system_error if the file cannot be written.
void write_report(const std::string& path, const ReportHead& head, const Corpus& corpus,
                  const ExperimentOptions& options, const ExperimentResult& result,
                  const ReportRecorder& recorder);

}  // namespace tapegrad
