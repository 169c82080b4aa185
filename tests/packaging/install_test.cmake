# Installs BUILD_DIR, moves what was installed to PREFIX, and checks that nothing of the machine or
# the source tree is in it: what is tested there was moved.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${PREFIX} ${PREFIX}-before)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${PREFIX}-before
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${PREFIX}-before ${PREFIX})

# The programs point to these pages.
if(EXISTS ${PREFIX}/bin/train_sentiment AND NOT EXISTS ${PREFIX}/share/doc/tapegrad/docs/programs.md)
  message(FATAL_ERROR "docs/programs.md was not installed")
endif()

# must_not_hold(FILES WHAT): none of the files, binaries too, holds this text.
function(must_not_hold files what)
  execute_process(COMMAND grep -lF -e ${what} ${files} OUTPUT_VARIABLE found)
  if(found)
    message(FATAL_ERROR "'${what}' is in\n${found}")
  endif()
endfunction()

file(GLOB_RECURSE package_files ${PREFIX}/*.cmake ${PREFIX}/*.pc)
if(NOT package_files)
  message(FATAL_ERROR "no package files were installed in ${PREFIX}")
endif()
foreach(unwanted IN ITEMS -march= tapegrad_warnings xtensor-blas -Wall)
  must_not_hold("${package_files}" ${unwanted})
endforeach()
if(BUILD_TYPE MATCHES "^(Release|MinSizeRel)$")  # others have paths for debuggers in their binaries
  file(GLOB_RECURSE package_files ${PREFIX}/*)
endif()
foreach(unwanted IN ITEMS ${SOURCE_DIR} ${BUILD_DIR} ${PREFIX}-before)
  must_not_hold("${package_files}" ${unwanted})
endforeach()
