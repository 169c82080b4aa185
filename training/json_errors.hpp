// What is wrong with a text that should be JSON, said without the terms of its parser.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tapegrad {

/// "is no valid JSON: unexpected ']'; expected string literal", with no more than 200 characters of
/// what the parser says.
std::string invalid_json(const nlohmann::detail::exception& error);

/// The line, counted from 1, in which the byte at `position`, counted from 1, stands.
std::size_t line_of(std::string_view text, std::size_t position);

}  // namespace tapegrad
