# The inner loops of core/kernels/simd: one source for each instruction set, with its flags. On other
# processors than x86-64 there is base.cpp alone, and the other sources are empty.

set(simd ${PROJECT_SOURCE_DIR}/core/kernels/simd)
# No fused multiply-add, so that all of them give the same bits. No precompiled header: what is in it
# was compiled with other flags, and these sources must not share inline functions with others.
set_source_files_properties(${simd}/base.cpp ${simd}/avx2.cpp ${simd}/avx512.cpp PROPERTIES
  COMPILE_OPTIONS "-ffp-contract=off;-fno-trapping-math;-Wno-psabi" SKIP_PRECOMPILE_HEADERS ON)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 warns of its own avx512fintrin.h (its bug 105593).
  set_property(SOURCE ${simd}/avx512.cpp APPEND PROPERTY COMPILE_OPTIONS -Wno-maybe-uninitialized)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set_property(SOURCE ${simd}/avx2.cpp APPEND PROPERTY COMPILE_OPTIONS -mavx2 -mf16c)
  set_property(SOURCE ${simd}/avx512.cpp APPEND PROPERTY COMPILE_OPTIONS
    -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512)
endif()
