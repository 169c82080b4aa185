# cmake -Dfiles=HTML;CSS;JS[;CHART;LICENCE] -Dout=FILE.cpp -P EmbedPage.cmake
# Writes the files into a source, as page_parts() of report/page_parts.hpp. Literals may be long for
# GCC and Clang, but not for the standard, whose limit of 65536 bytes the chart library exceeds.

set(names html style script chart licence)
set(text "// Made by cmake/EmbedPage.cmake.\n#include <tapegrad/report/page_parts.hpp>\n\n")
string(APPEND text "namespace tapegrad::detail {\n\nPageParts page_parts() {\n  PageParts parts;\n")
foreach(file name IN ZIP_LISTS files names)
  if(NOT file)
    break()
  endif()
  file(READ "${file}" content)
  string(FIND "${content}" ")~page~\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${file}: must not hold )~page~\"")
  endif()
  string(APPEND text "  parts.${name} = R\"~page~(${content})~page~\";\n")
endforeach()
string(APPEND text "  return parts;\n}\n\n}  // namespace tapegrad::detail\n")
file(WRITE "${out}" "${text}")
