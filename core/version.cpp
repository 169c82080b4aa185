#include <tapegrad/core/version.hpp>

namespace tapegrad {

const char* version() {
  return TAPEGRAD_VERSION;  // from CMakeLists.txt
}

}  // namespace tapegrad
