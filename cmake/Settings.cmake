# Compiler settings of our own targets: the language, the warnings, the sanitizers.

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release)
  endif()
endif()

# What is to be fuzzed counts the branches it takes, and reads with small buffers.
if(TAPEGRAD_BUILD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_compile_definitions(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
endif()

add_library(tapegrad_warnings INTERFACE)
target_compile_options(tapegrad_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${TAPEGRAD_WERROR}>:-Werror>
  # GCC 12 sees overflows in "literal" + std::string() where there are none (its bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(TAPEGRAD_SANITIZE)
  target_compile_options(tapegrad_warnings INTERFACE
    -fsanitize=${TAPEGRAD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    -fno-sanitize=pointer-overflow  # xtensor steps back from the null pointer of an empty array
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # false alarms in sanitized code
  target_link_options(tapegrad_warnings INTERFACE -fsanitize=${TAPEGRAD_SANITIZE})
endif()

# tapegrad_settings(TARGET): one of the two builds of the library.
function(tapegrad_settings target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${include_root}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target}
    PUBLIC xtensor
    PRIVATE $<BUILD_INTERFACE:tapegrad_warnings> $<BUILD_INTERFACE:xtensor-blas>
            fmt::fmt Threads::Threads BLAS::BLAS)
  # Nobody reads errno after std::sqrt, and without it loops with square roots become vector code.
  target_compile_options(${target} PRIVATE -fno-math-errno)
  target_compile_definitions(${target} PRIVATE TAPEGRAD_VERSION="${PROJECT_VERSION}")
  target_precompile_headers(${target} PRIVATE <tapegrad/core/array.hpp>)
endfunction()
