#include "color.hpp"

#include <fmt/color.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

namespace tapegrad::console {
namespace {

Color chosen = Color::automatic;

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

fmt::text_style text_style(Style style) {
  const fmt::text_style bold = fmt::emphasis::bold;
  switch (style) {
    case Style::error:
      return bold | fmt::fg(fmt::terminal_color::red);
    case Style::warning:
      return bold | fmt::fg(fmt::terminal_color::yellow);
    case Style::hint:
      return bold | fmt::fg(fmt::terminal_color::cyan);
    case Style::bold:
      break;
  }
  return bold;
}

}  // namespace

void set_color(Color choice) {
  chosen = choice;
}

bool can_rewrite(int descriptor) {
  const std::string_view terminal = variable("TERM");
  return ::isatty(descriptor) == 1 && !terminal.empty() && terminal != "dumb";
}

bool colored(int descriptor) {
  if (chosen != Color::automatic) return chosen == Color::always;
  if (!variable("NO_COLOR").empty()) return false;
  if (const auto force = variable("CLICOLOR_FORCE"); !force.empty() && force != "0") return true;
  return can_rewrite(descriptor);
}

std::string styled(int descriptor, Style style, std::string_view text) {
  if (!colored(descriptor)) return std::string(text);
  return fmt::format(text_style(style), "{}", text);
}

std::string table_head(std::string_view line) {
  const bool ended = line.ends_with('\n');
  if (ended) line.remove_suffix(1);
  return styled(STDOUT_FILENO, Style::bold, line) + (ended ? "\n" : "");
}

std::size_t columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view text = variable("COLUMNS");
  std::size_t columns = 0;
  std::from_chars(text.data(), text.data() + text.size(), columns);
  return columns > 0 ? columns : 80;
}

}  // namespace tapegrad::console
