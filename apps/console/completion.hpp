// Completion of a program's command line by shells.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tapegrad::console {

/// The shells that `completion` knows: bash, zsh, fish.
std::vector<std::string> shells();

/// A script for a shell that completes the program's options, the values of those that take words,
/// and files and folders. std::invalid_argument for another shell.
std::string completion(const std::string& shell, const CLI::App& app);

}  // namespace tapegrad::console
