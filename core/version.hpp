// Which tapegrad this is.
#pragma once

namespace tapegrad {

/// The library's version, e.g. "0.1.0" (semantic versioning).
const char* version();

}  // namespace tapegrad
