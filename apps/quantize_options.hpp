// The command line of quantize.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <tapegrad/text/dataset.hpp>

#include "console/manual.hpp"

namespace tapegrad {

struct QuantizeOptions {
  std::string model, out, test, json;
  std::string to, by = "frequency";
  Index keep = 0;  // 0: all
  DatasetOptions data;
  int threads = 0;
  bool quiet = false;
};

/// Declares every option.
void add_options(CLI::App& app, QuantizeOptions& options);

/// After parsing: throws std::invalid_argument for options that do not fit each other, or would
/// have no effect.
void check(const CLI::App& app, const QuantizeOptions& options);

/// What the help page and the manual page say beside the options.
console::Manual quantize_manual();

}  // namespace tapegrad
