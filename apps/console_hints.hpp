// What a program says when something is wrong: the error, and what to do next.
#pragma once

#include <CLI/CLI.hpp>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "console_manual.hpp"

namespace tapegrad::console {

struct Complaint {
  std::string text;
  std::string hint;  // what to do next; empty: nothing that the text does not say
};

/// What to say of an error, of a wrong command line as of anything else that was thrown.
Complaint complaint(const std::exception& error, const CLI::App& app, const Manual& manual);

/// The one of `names` that was probably meant by `word`: few letters differ, or one is a part of
/// the other.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& names);

}  // namespace tapegrad::console
