// What every program does: the command line, errors with their exit codes, signals.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "manual.hpp"
#include "options.hpp"
#include "out.hpp"
#include "progress.hpp"

namespace tapegrad::console {

/// Exit codes of every program; exit_codes() in manual.hpp says what they mean.
constexpr int success = 0;
constexpr int failure = 1;        // a file, the data or the training: the message says which
constexpr int usage_error = 2;    // an option that is unknown, missing or does not fit
constexpr int interrupted = 130;  // Ctrl-C or a termination signal

/// Declares what every program takes (--help, --version, --color, --completion, --man), parses the
/// command line and runs the program. Warnings go to standard error as they come; an exception as
/// "PROGRAM: error: TEXT", with what to do next below, and its exit code. Ctrl-C and SIGTERM end it
/// at once, until catch_interrupts.
int run(CLI::App& app, const Manual& manual, int argc, char** argv,
        const std::function<int()>& program);

/// "PROGRAM: error: TEXT" on standard error, of what does not end the program.
void print_error(const std::string& program, const std::string& text);

/// Declares --quiet, which leaves results, warnings and errors.
void add_quiet(CLI::App& app, bool& quiet);
/// Declares --threads.
void add_threads(CLI::App& app, int& threads);

/// Lets Ctrl-C and SIGTERM only set a flag, which `stop_requested` tells; a second one ends the
/// program at once. To be called when what may be waited for has been read, a pipe for instance.
void catch_interrupts();
bool stop_requested();

/// The folder of the embedded data: next to the installed program, or in the source tree it was
/// built in. Throws std::runtime_error if it is in neither place.
std::string data_folder();

/// Fails before hours of training rather than after: throws std::invalid_argument when the folder
/// that `file` is to be written into does not exist, or `file` is a folder itself, and
/// std::system_error when it may not be written. An empty name, and "-", are no files.
void check_folder_of(const std::string& file);
/// Makes a folder with its parents. std::system_error if that fails, or it may not be written into.
void make_folder(const std::string& folder);

/// Runs `program`, measured if that is wanted: prints a profile to standard error, and writes it
/// call by call into the file `trace` unless that is empty.
int run_measured(bool print, const std::string& trace, const std::function<int()>& program);

}  // namespace tapegrad::console
