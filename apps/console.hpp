// What the programs share: errors, signals, numbers and progress as people read them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace tapegrad::console {

/// Exit codes of every program.
constexpr int success = 0;
constexpr int failure = 1;        // a file, the data or the training: the message says which
constexpr int usage_error = 2;    // an option that is unknown, missing or does not fit
constexpr int interrupted = 130;  // Ctrl-C or a termination signal

/// Parses the command line and runs the program: --help and --version, warnings to standard error
/// as they come, an exception as "PROGRAM: error: TEXT" with its exit code.
int run(CLI::App& app, int argc, char** argv, const std::function<int()>& program);

/// Lets Ctrl-C and SIGTERM only set a flag, which `stop_requested` tells; a second one ends the
/// program at once.
void catch_interrupts();
bool stop_requested();

/// The folder of the embedded data: next to the installed program, or in the source tree it was
/// built in. Throws std::runtime_error if it is in neither place.
std::string data_folder();

/// The same check without the note that CLI11 would put into the help page.
CLI::Validator plain(CLI::Validator validator);

/// Fails before hours of training rather than after: throws std::invalid_argument when the folder
/// that `file` is to be written into does not exist. An empty name is no file.
void check_folder_of(const std::string& file);

/// Runs `program`, measured if that is wanted: prints a profile to standard error, and writes it
/// call by call into the file `trace` unless that is empty.
int run_measured(bool print, const std::string& trace, const std::function<int()>& program);

/// Writes to standard output at once. std::system_error if that fails, as on a full disk. A reader
/// that has gone away ends the program by SIGPIPE, as is usual, even where the signal was ignored.
void write_out(std::string_view bytes);
/// Closes standard output: some file systems tell only now that the disk is full. Errors as above.
void close_out();

/// "12 s", "3:25", "1:02:03".
std::string duration(double seconds);

/// One line on standard error that is written over on a terminal; elsewhere plain lines, no more
/// than one in five seconds.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows this text, unless the last was shown too short a time ago.
  void show(const std::function<std::string()>& text);
  /// Takes the line away.
  void clear();

 private:
  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  double last_ = 0;
};

}  // namespace tapegrad::console
