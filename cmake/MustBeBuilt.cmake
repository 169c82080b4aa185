# The first install rules: all that is to be installed must have been built, of which scripts/demo.sh
# builds only a part. They come before the others, so that no half is installed.

# tapegrad_must_be_built(COMPONENT TARGET ...)
function(tapegrad_must_be_built component)
  list(TRANSFORM ARGN REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE files)
  install(CODE "
    set(files \"${files}\")
    foreach(file IN LISTS files)
      if(NOT EXISTS \"\${file}\")
        message(FATAL_ERROR \"not built yet:\\n  \${file}\\nFirst build all of it:\"
                            \"\\n  cmake --build ${CMAKE_BINARY_DIR}\")
      endif()
    endforeach()" COMPONENT ${component})
endfunction()

tapegrad_must_be_built(tapegrad_library tapegrad)
tapegrad_must_be_built(tapegrad_development tapegrad)
if(TAPEGRAD_BUILD_CHECK)
  tapegrad_must_be_built(tapegrad_development tapegrad_check)
endif()
if(TAPEGRAD_BUILD_APPS)
  tapegrad_must_be_built(tapegrad_programs ${apps})
endif()
