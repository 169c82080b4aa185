// What the page of a report is made of: files that the build puts into the library.
#pragma once

#include <string_view>

namespace tapegrad::detail {

/// The contents of report/page/report.html, .css and .js, and of the chart library and its licence,
/// which are empty if the build did not find them. They live as long as the program.
struct PageParts {
  std::string_view html, style, script, chart, licence;
};
/// Made by cmake/Report.cmake.
PageParts page_parts();

}  // namespace tapegrad::detail
