// Colours and weights of what is printed, on terminals that show them.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad::console {

enum class Color { automatic, always, never };
/// The user's choice, for all that is printed from now on.
void set_color(Color choice);

/// Whether standard output (1) or standard error (2) gets colours. In this order: the user's
/// choice; never if NO_COLOR is set and not empty; always if CLICOLOR_FORCE is and is not 0; on a
/// terminal unless TERM is dumb or missing.
bool colored(int descriptor);

/// Whether a line on this descriptor can be written over: a terminal that is not dumb.
bool can_rewrite(int descriptor);

enum class Style { bold, error, warning, hint };
/// The text in a style, or as it is where there are no colours.
std::string styled(int descriptor, Style style, std::string_view text);
/// The head of a table on standard output; its line end stays outside of the style.
std::string table_head(std::string_view line);

/// Columns of the terminal at standard output, else $COLUMNS, else 80.
std::size_t columns();

}  // namespace tapegrad::console
