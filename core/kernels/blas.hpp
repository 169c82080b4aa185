// OpenBLAS, with the kernels that the processor deserves, at one thread: our own loop is parallel.
#pragma once

#include <string>

namespace tapegrad {

/// Which kernels OpenBLAS uses, e.g. "SkylakeX"; "unknown" if the BLAS in use is not OpenBLAS.
std::string blas_kernels();
/// The BLAS in use, e.g. "OpenBLAS 0.3.21".
std::string blas_name();

/// Readies the BLAS; every product calls it, only the first call does anything. OpenBLAS 0.3.21
/// does not know newer processors and falls back to slow kernels: it is then told which to use.
/// Leaves a choice made by OPENBLAS_CORETYPE alone. Warns when OpenBLAS cannot be told.
void prepare_blas();

/// Throws std::bad_alloc if there is no room for the buffer that OpenBLAS makes for the first
/// product of a thread. OpenBLAS itself tries again without end. Only a thread's first call does
/// anything.
void check_blas_memory();

}  // namespace tapegrad
