#include <tapegrad/report/report.hpp>

#include <fmt/core.h>

#include <stdexcept>
#include <tapegrad/core/files.hpp>
#include <tapegrad/report/page_parts.hpp>

namespace tapegrad {
namespace {

// Puts `by` in place of each character c of the text.
std::string replace(std::string_view text, char c, std::string_view by) {
  std::string result;
  for (const char each : text) {
    if (each == c) {
      result += by;
    } else {
      result += each;
    }
  }
  return result;
}

std::string html_text(std::string_view text) {
  return replace(replace(text, '&', "&amp;"), '<', "&lt;");
}

}  // namespace

void check_reports() {
  if (!detail::page_parts().chart.empty()) return;
  throw std::invalid_argument(
      "reports: this program was built without the library that draws their charts; install the "
      "Debian package libjs-chart.js, configure and build again");
}

std::string report_page(std::string_view title, std::string_view json) {
  check_reports();
  const detail::PageParts parts = detail::page_parts();
  const std::string escaped_title = html_text(title);
  const std::string data = replace(json, '<', "\\u003c");  // so that no tag ends the data
  const std::string licence = html_text(parts.licence);
  const auto content = [&](std::string_view name) -> std::string_view {
    if (name == "title") return escaped_title;
    if (name == "style") return parts.style;
    if (name == "data") return data;
    if (name == "chart") return parts.chart;
    if (name == "licence") return licence;
    if (name == "script") return parts.script;
    throw std::logic_error(fmt::format("report.html: there is no {{{{{}}}}}", name));
  };
  std::string page;
  std::string_view rest = parts.html;
  for (std::size_t open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos) break;
    page += rest.substr(0, open);
    page += content(rest.substr(open + 2, close - open - 2));
    rest.remove_prefix(close + 2);
  }
  page += rest;
  return page;
}

void write_report(const std::string& path, const ReportHead& head, const Corpus& corpus,
                  const ExperimentOptions& options, const ExperimentResult& result,
                  const ReportRecorder& recorder) {
  write_file(path, report_page(head.title, report_json(head, corpus, options, result, recorder)));
}

}  // namespace tapegrad
