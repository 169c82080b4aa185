// Which options stand on the command line, and errors that name them.
#pragma once

#include <CLI/CLI.hpp>
#include <stdexcept>
#include <string>
#include <tapegrad/core/errors.hpp>
#include <vector>

namespace tapegrad::console {

/// Whether an option stands on the command line.
bool given(const CLI::App& app, const std::string& option);

/// Throws std::invalid_argument "OPTION: WHY" for the first of these options that stands on the
/// command line: it would have no effect, and who gives it counts on one.
void refuse(const CLI::App& app, const std::vector<std::string>& options, const std::string& why);

/// "--folds: 9 is not .." of "folds: 9 is not ..", if the program has such an option; else the same
/// text.
std::string naming_option(const CLI::App& app, const std::string& text);

/// Calls `act`, which hands values of options to the library: where that throws
/// std::invalid_argument, the text is that of naming_option.
template <class Act>
auto naming_options(const CLI::App& app, const Act& act) {
  try {
    return act();
  } catch (const ShapeError&) {
    throw;
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(naming_option(app, error.what()));
  }
}

}  // namespace tapegrad::console
