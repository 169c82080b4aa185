// The options that say how a data file is read, which several programs have.
#pragma once

#include <CLI/CLI.hpp>
#include <tapegrad/text/dataset.hpp>

namespace tapegrad {

/// --label-column, --text-column, --form, --header.
void add_dataset_options(CLI::App& app, DatasetOptions& options);

/// Throws std::invalid_argument for those of them that would have no effect.
void check(const CLI::App& app, const DatasetOptions& options);

}  // namespace tapegrad
