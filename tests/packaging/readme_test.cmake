# Fails unless the C++ block after the mark <!-- quickstart.cpp --> in README is PROGRAM.
cmake_minimum_required(VERSION 3.25)

file(READ ${README} text)
file(READ ${PROGRAM} program)
set(start "<!-- quickstart.cpp -->\n```cpp\n")

string(FIND "${text}" "${start}" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "${README}: no line <!-- quickstart.cpp --> followed by a ```cpp block")
endif()
string(LENGTH "${start}" length)
math(EXPR begin "${begin} + ${length}")
string(SUBSTRING "${text}" ${begin} -1 text)
string(FIND "${text}" "```" end)
if(end EQUAL -1)
  message(FATAL_ERROR "${README}: the block after <!-- quickstart.cpp --> has no end")
endif()
string(SUBSTRING "${text}" 0 ${end} block)
if(NOT block STREQUAL program)
  message(FATAL_ERROR "The block after <!-- quickstart.cpp --> in ${README} is not ${PROGRAM}. "
                      "README has:\n${block}")
endif()
