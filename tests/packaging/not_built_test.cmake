# Installing from a build folder where nothing is built fails, says what to run, and leaves no file.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${WORK_DIR})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${WORK_DIR}/build -G ${GENERATOR}
                        -D CMAKE_CXX_COMPILER=${COMPILER} -D TAPEGRAD_BUILD_TESTS=OFF
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${WORK_DIR}/build --prefix ${WORK_DIR}/prefix
                OUTPUT_QUIET ERROR_VARIABLE said RESULT_VARIABLE status)
if(status EQUAL 0 OR NOT said MATCHES "not built yet:.*\n +cmake --build ${WORK_DIR}/build\n")
  message(FATAL_ERROR "installing what is not built ended with ${status} and said\n${said}")
endif()
file(GLOB_RECURSE installed ${WORK_DIR}/prefix/*)
if(installed)
  message(FATAL_ERROR "half of it was installed:\n${installed}")
endif()
