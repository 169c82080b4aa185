// The options that say how a data file is read, which several programs have.
#pragma once

#include <CLI/CLI.hpp>
#include <tapegrad/text/dataset.hpp>

namespace tapegrad {

/// --label-column, --text-column, --form, --header.
void add_dataset_options(CLI::App& app, DatasetOptions& options);

}  // namespace tapegrad
