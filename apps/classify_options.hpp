// The command line of classify.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "classify_text.hpp"
#include "console/manual.hpp"

namespace tapegrad {

struct ClassifyOptions {
  std::string model;
  std::vector<std::string> files;  // none: standard input
  std::optional<LineForm> output;
  std::optional<std::size_t> top;
  bool explain = false;
  std::string embed;  // a file, or "-"; empty: labels are written
  std::size_t batch = 256;
  int threads = 0;
  bool quiet = false;
};

/// Declares every option.
void add_options(CLI::App& app, ClassifyOptions& options);

/// After parsing: throws std::invalid_argument for options that do not fit each other.
void complete(ClassifyOptions& options);

/// What the help page and the manual page say beside the options.
console::Manual classify_manual();

}  // namespace tapegrad
