// How far a program is, while it works.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <tapegrad/text/bytes.hpp>

namespace tapegrad::console {

/// "12 s", "3:25", "1:02:03".
std::string duration(double seconds);

/// How long something that has gone this far (0 to 1) will take still, if it goes on as so far.
/// Nothing before there is something to judge by.
std::optional<double> seconds_left(double seconds_so_far, double share);

/// One line on standard error: on a terminal it has a bar and is written over, elsewhere plain
/// lines, no more than one in five seconds. One at a time. Measures the time left from when it was
/// made.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows this text, what matters most first (see bar_text), unless the last was shown too short a
  /// time ago; with a bar and the time left if the share that is done (0 to 1) is told.
  void show(const std::function<std::string()>& text, std::optional<double> share = {});
  /// Takes the line away.
  void clear();
  /// Seconds since this was made.
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool quiet_;
  bool terminal_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_ = begin_;
};

/// Takes a progress line from the terminal, so that other lines can be printed; it comes again when
/// there is news.
void clear_progress();

/// Shows how far files are read, a bar and the time left for each. To be called from one thread.
class ReadingLine {
 public:
  explicit ReadingLine(bool quiet) : quiet_(quiet) {}
  ReadProgress callback();
  void clear() { line_.reset(); }

 private:
  void show(const std::string& path, const ReadAmount& amount);

  bool quiet_;
  std::string path_;
  std::optional<ProgressLine> line_;  // of the file `path_`
};

/// "reading glove.txt, 171 of 331 MB"
std::string reading_text(const std::string& path, const ReadAmount& amount);

/// "[###.......]  25 %, 12 s left  TEXT"; of parts of it, between which is ", ", as many as
/// the columns of a terminal have room for.
std::string bar_text(double share, std::optional<double> seconds_left, const std::string& text,
                     std::size_t columns);

/// "TEXT (25 % done, 12 s left)"
std::string plain_text(double share, std::optional<double> seconds_left, const std::string& text);

}  // namespace tapegrad::console
