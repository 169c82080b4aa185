// The help page of every program.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "manual.hpp"

namespace tapegrad::console {

/// What --help prints, at most `columns` wide (between 40 and 100): usage, what the program does,
/// its options by group with their defaults, its sections, examples, exit codes, where to read on.
std::string help_text(const CLI::App& app, const Manual& manual, std::size_t columns);

/// The lines of a text that is broken at spaces. A word that is longer has a line of its own.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// The words of a text, which have spaces between.
std::vector<std::string_view> words_of(std::string_view text);

/// The paragraphs of a text, which have an empty line between.
std::vector<std::string> paragraphs(std::string_view text);

/// What an option does, with its default: "Texts a step (default: 32)".
std::string text_with_preset(const std::string& text, const std::string& preset);

/// A text with a capital at its start and a full stop at its end.
std::string sentence(std::string text);

}  // namespace tapegrad::console
