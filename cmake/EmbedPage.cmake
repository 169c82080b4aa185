# cmake -Dhtml=FILE -Dstyle=FILE;... -Dscript=FILE;... -Dchart=[FILE] -Dlicence=[FILE] -Dout=FILE.cpp
#       -P EmbedPage.cmake
# Writes the files into a source, as page_parts() of report/page_parts.hpp; several files of one part
# one after the other. Literals may be long for GCC and Clang, but not for the standard, whose limit
# of 65536 bytes the chart library exceeds.

set(text "// Made by cmake/EmbedPage.cmake.\n#include <tapegrad/report/page_parts.hpp>\n\n")
string(APPEND text "namespace tapegrad::detail {\n\nPageParts page_parts() {\n  PageParts parts;\n")
foreach(name IN ITEMS html style script chart licence)
  set(content "")
  foreach(file IN LISTS ${name})
    file(READ "${file}" part)
    string(FIND "${part}" ")~page~\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${file}: must not hold )~page~\"")
    endif()
    string(APPEND content "${part}")
  endforeach()
  string(APPEND text "  parts.${name} = R\"~page~(${content})~page~\";\n")
endforeach()
string(APPEND text "  return parts;\n}\n\n}  // namespace tapegrad::detail\n")
file(WRITE "${out}" "${text}")
