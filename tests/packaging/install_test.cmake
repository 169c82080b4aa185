# Installs BUILD_DIR into an empty PREFIX and checks that nothing of the machine or the source tree
# is in the package files.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${PREFIX}
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE package_files ${PREFIX}/*.cmake ${PREFIX}/*.pc)
if(NOT package_files)
  message(FATAL_ERROR "no package files were installed in ${PREFIX}")
endif()
foreach(file IN LISTS package_files)
  file(READ ${file} text)
  foreach(unwanted IN ITEMS ${BUILD_DIR} -march= tapegrad_warnings xtensor-blas -Wall)
    string(FIND "${text}" "${unwanted}" place)
    if(NOT place EQUAL -1)
      message(FATAL_ERROR "${file} holds '${unwanted}'")
    endif()
  endforeach()
endforeach()
