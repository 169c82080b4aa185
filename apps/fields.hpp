// Lines of fields with tabs between.
#pragma once

#include <string>

namespace tapegrad {

/// A name that fits into one field of one line: tabs, line ends and backslashes as \t, \n, \r, \\.
std::string field(const std::string& name);

}  // namespace tapegrad
