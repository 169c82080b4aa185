// What a program says when something is wrong: the error, and what to do next.
#pragma once

#include <CLI/CLI.hpp>
#include <exception>

#include "complaint.hpp"
#include "manual.hpp"

namespace tapegrad::console {

/// What to say of an error, of a wrong command line as of anything else that was thrown.
Complaint complaint(const std::exception& error, const CLI::App& app, const Manual& manual);

}  // namespace tapegrad::console
