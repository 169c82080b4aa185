// What a program says of a wrong command line.
#pragma once

#include <CLI/CLI.hpp>

#include "complaint.hpp"

namespace tapegrad::console {

/// Which option or value is wrong, what it takes, and what was probably meant.
Complaint usage_complaint(const CLI::ParseError& error, const CLI::App& app);

}  // namespace tapegrad::console
