// The manual page of every program, made of the same as its help page.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "manual.hpp"

namespace tapegrad::console {

/// The page in section 1 as troff source, with the macros of man(7). `date` is that of its head,
/// "2026-11-22".
std::string man_page(const CLI::App& app, const Manual& manual, const std::string& date);

/// The day that SOURCE_DATE_EPOCH says, as builds that can be repeated set it, or today.
std::string man_date();

/// Text as troff source: each sentence on its own line, options in bold, nothing taken for a
/// request.
std::string troff(std::string_view text);

}  // namespace tapegrad::console
