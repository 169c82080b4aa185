#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "color.hpp"
#include "printable.hpp"

namespace tapegrad::console {
namespace {

std::atomic<bool> on_terminal = false;  // whether a line stands there to be written over

std::size_t error_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return columns();
}

// The first characters of a text, of which none is cut.
std::string first_characters(const std::string& text, std::size_t count) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (begins && seen++ == count) return text.substr(0, i);
  }
  return text;
}

std::string left_text(std::optional<double> seconds_left) {
  return seconds_left ? fmt::format(", {} left", duration(*seconds_left)) : "";
}

// What has room of a text: all, or its first parts, which ", " and two spaces separate; its first
// words where the first part is too long.
std::string first_parts(const std::string& text, std::size_t columns) {
  const std::string room = first_characters(text, columns);
  if (room.size() == text.size()) return text;
  const auto last = [&](const char* separator) {
    const std::size_t place = text.rfind(separator, room.size());
    return place == std::string::npos ? 0 : place;
  };
  const std::size_t part = std::max(last(", "), last("  "));
  const std::size_t end = part > 0 ? part : last(" ");
  return end > 0 ? text.substr(0, end) : room;
}

}  // namespace

std::string duration(double seconds) {
  const auto whole = std::lround(std::max(0.0, seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::optional<double> seconds_left(double seconds_so_far, double share) {
  if (!(share > 0 && share <= 1) || seconds_so_far < 0.2) return std::nullopt;
  return seconds_so_far * (1 - share) / share;
}

std::string bar_text(double share, std::optional<double> seconds_left, const std::string& text,
                     std::size_t columns) {
  constexpr int width = 10;
  const double within = std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(std::lround(within * width));
  return first_parts(
      fmt::format("[{}{}] {:3.0f} %{}  {}", std::string(full, '#'), std::string(width - full, '.'),
                  100 * within, left_text(seconds_left), text),
      columns > 1 ? columns - 1 : 1);
}

std::string plain_text(double share, std::optional<double> seconds_left, const std::string& text) {
  return fmt::format("{} ({:.0f} % done{})", text, 100 * share, left_text(seconds_left));
}

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), terminal_(can_rewrite(STDERR_FILENO)) {}

double ProgressLine::seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

void ProgressLine::show(const std::function<std::string()>& text, std::optional<double> share) {
  using std::chrono::milliseconds;
  if (quiet_) return;
  const Clock::time_point now = Clock::now();
  const bool soon = now - last_ < (terminal_ ? milliseconds(100) : milliseconds(5000));
  if (soon) return;
  last_ = now;
  const auto left = seconds_left(seconds(), share.value_or(0));
  const std::string shown = printable(text());
  if (!terminal_) {
    fmt::print(stderr, "{}\n", share ? plain_text(*share, left, shown) : shown);
    return;
  }
  const std::size_t width = error_columns();
  fmt::print(stderr, "\r\033[K{}",
             share ? bar_text(*share, left, shown, width) : first_parts(shown, width - 1));
  std::fflush(stderr);
  on_terminal = true;
}

void ProgressLine::clear() {
  clear_progress();
}

void clear_progress() {
  if (!on_terminal.exchange(false)) return;
  constexpr std::string_view line = "\r\033[K";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::string reading_text(const std::string& path, const ReadAmount& amount) {
  const auto megabytes = [](std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; };
  const std::string name =
      path == "-" ? "standard input" : std::filesystem::path(path).filename().string();
  if (amount.total == 0) return fmt::format("reading {}, {:.0f} MB", name, megabytes(amount.done));
  return fmt::format("reading {}, {:.0f} of {:.0f} MB", name, megabytes(amount.done),
                     megabytes(amount.total));
}

void ReadingLine::show(const std::string& path, const ReadAmount& amount) {
  if (!line_ || path != path_) {
    line_.emplace(quiet_);
    path_ = path;
  }
  const auto share = amount.total == 0 ? std::nullopt : std::optional(amount.share());
  line_->show([&] { return reading_text(path, amount); }, share);
}

ReadProgress ReadingLine::callback() {
  if (quiet_) return {};
  return [this](const std::string& path, const ReadAmount& amount) { show(path, amount); };
}

}  // namespace tapegrad::console
