# What the page of a report is made of, as one source of the library: the files in report/page, and
# the chart library of Debian's package libjs-chart.js with its licence. Where that package is not
# installed everything builds, and reports are refused when they are asked for.

find_file(TAPEGRAD_CHART_JS NAMES chart.umd.min.js chart.min.js Chart.min.js
          PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH
          DOC "The chart library in the page of a report (libjs-chart.js)")
find_file(TAPEGRAD_CHART_LICENCE NAMES copyright PATHS /usr/share/doc/libjs-chart.js NO_DEFAULT_PATH
          DOC "Its licence, which goes into the page")
if(TAPEGRAD_CHART_JS AND TAPEGRAD_CHART_LICENCE)
  set(chart_files ${TAPEGRAD_CHART_JS} ${TAPEGRAD_CHART_LICENCE})
else()
  set(chart_files "")
  message(STATUS "tapegrad: no reports (train_sentiment --report), for want of libjs-chart.js")
endif()

set(page_dir ${PROJECT_SOURCE_DIR}/report/page)
set(page_files ${page_dir}/report.html ${page_dir}/report.css ${page_dir}/report.js ${chart_files})
set(page_source ${CMAKE_CURRENT_BINARY_DIR}/page_parts.cpp)
add_custom_command(
  OUTPUT ${page_source}
  COMMAND ${CMAKE_COMMAND} "-Dfiles=${page_files}" -Dout=${page_source}
          -P ${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake
  DEPENDS ${page_files} ${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake
  COMMENT "Embedding the page of reports" VERBATIM)
set_source_files_properties(${page_source} PROPERTIES
  COMPILE_OPTIONS -Wno-overlength-strings SKIP_PRECOMPILE_HEADERS ON)
