# What the page of a report is made of, as one source of the library: the files in report/page, and
# the chart library of Debian's package libjs-chart.js with its licence. Where that package is not
# installed everything builds, and reports are refused when they are asked for.

find_file(TAPEGRAD_CHART_JS NAMES chart.umd.min.js chart.min.js Chart.min.js
          PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH NO_CACHE
          DOC "The chart library in the page of a report (libjs-chart.js)")
find_file(TAPEGRAD_CHART_LICENCE NAMES copyright PATHS /usr/share/doc/libjs-chart.js
          NO_DEFAULT_PATH NO_CACHE
          DOC "Its licence, which goes into the page")
if(NOT TAPEGRAD_CHART_JS OR NOT TAPEGRAD_CHART_LICENCE)
  message(STATUS "tapegrad: no reports (train_sentiment --report), for want of libjs-chart.js")
endif()

# The styles and the scripts of the page are several files, in order of name.
set(page_dir ${PROJECT_SOURCE_DIR}/report/page)
set(page_html ${page_dir}/report.html)
file(GLOB page_style CONFIGURE_DEPENDS ${page_dir}/*.css)
file(GLOB page_script CONFIGURE_DEPENDS ${page_dir}/*.js)
set(page_chart "")
set(page_licence "")
if(TAPEGRAD_CHART_JS AND TAPEGRAD_CHART_LICENCE)
  set(page_chart ${TAPEGRAD_CHART_JS})
  set(page_licence ${TAPEGRAD_CHART_LICENCE})
endif()
set(page_source ${CMAKE_CURRENT_BINARY_DIR}/page_parts.cpp)
add_custom_command(
  OUTPUT ${page_source}
  COMMAND ${CMAKE_COMMAND} "-Dhtml=${page_html}" "-Dstyle=${page_style}" "-Dscript=${page_script}"
          "-Dchart=${page_chart}" "-Dlicence=${page_licence}" -Dout=${page_source}
          -P ${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake
  DEPENDS ${page_html} ${page_style} ${page_script} ${page_chart} ${page_licence}
          ${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake
  COMMENT "Embedding the page of reports" VERBATIM)
set_source_files_properties(${page_source} PROPERTIES
  COMPILE_OPTIONS -Wno-overlength-strings SKIP_PRECOMPILE_HEADERS ON)
