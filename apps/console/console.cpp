#include "console.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/version.hpp>
#include <tapegrad/training/profile_json.hpp>

#include "color.hpp"
#include "completion.hpp"
#include "given.hpp"
#include "help.hpp"
#include "hints.hpp"
#include "man.hpp"
#include "printable.hpp"
#include "profile_text.hpp"

namespace tapegrad::console {
namespace {

volatile std::sig_atomic_t stop_signal = 0;

void note_signal(int signal) {
  stop_signal = signal;
  std::signal(signal, SIG_DFL);
}

// While there is nothing to keep yet. Calls only what a signal handler may.
void end_now(int /*signal*/) {
  clear_progress();
  constexpr std::string_view line = "interrupted\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(interrupted);
}

void catch_signals(void (*handler)(int)) {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, handler);
}

std::string version_text() {
  return fmt::format("tapegrad {}\n{}, {} kernels", version(), blas_name(), blas_kernels());
}

// Prints one line on standard error: "PROGRAM: error: TEXT".
void complain(const std::string& program, Style style, const char* kind, const std::string& text) {
  clear_progress();
  fmt::print(stderr, "{}: {} {}\n", program, styled(STDERR_FILENO, style, fmt::format("{}:", kind)),
             printable(text));
}

void complain_of(const std::exception& error, const CLI::App& app, const Manual& manual) {
  std::fflush(stdout);
  const Complaint said = complaint(error, app, manual);
  complain(app.get_name(), Style::error, "error", said.text);
  if (!said.hint.empty()) complain(app.get_name(), Style::hint, "hint", said.hint);
}

void add_general_options(CLI::App& app, const Manual& manual) {
  app.option_defaults()->group("General");
  app.set_help_flag("-h,--help", "Show this page");
  app.set_version_flag("--version", version_text, "Show the version, the BLAS and its kernels");
  const std::map<std::string, Color> colors{
      {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}};
  app.add_option_function<Color>("--color", set_color,
                                 "Colours, and bars of progress: on terminals")
      ->transform(plain(CLI::CheckedTransformer(colors)))
      ->type_name("auto|always|never")
      ->default_str("auto")
      ->trigger_on_parse();
  // What is printed in place of a run, as --version is.
  const auto print = [](const std::string& text) { throw CLI::CallForVersion(text, 0); };
  app.add_option_function<std::string>(
         "--completion", [&app, print](const std::string& shell) { print(completion(shell, app)); },
         "Print a script that completes this command line in a shell")
      ->check(plain(CLI::IsMember(shells())))
      ->type_name("bash|zsh|fish");
  app.add_flag_callback(
      "--man", [&app, &manual, print] { print(man_page(app, manual, man_date())); },
      "Print the manual page, for man -l -");
}

// A value that is empty was not meant so: of --out "$DIR", where DIR is not set.
void refuse_empty(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& value : option->results()) {
      if (value.empty()) throw CLI::ValidationError(option->get_name(), "\"\" is empty");
    }
  }
}

// Parses the command line; the exit code, if the program is not to run.
std::optional<int> parse(CLI::App& app, const Manual& manual, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    refuse_empty(app);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    write_out(help_text(app, manual, columns()));
  } catch (const CLI::CallForVersion& wanted) {
    const std::string text = wanted.what();
    write_out(text.ends_with('\n') ? text : text + "\n");
  } catch (const CLI::ParseError& error) {
    complain_of(error, app, manual);
    return usage_error;
  }
  return success;
}

// Whether one of the options of add_text_output sends its text to standard output;
// std::invalid_argument if two do.
bool writes_record(const CLI::App& app) {
  const char* first = nullptr;
  for (const char* option : {"--json", "--predictions", "--trace"}) {
    if (!given(app, option) || app.get_option(option)->results().back() != "-") continue;
    if (first != nullptr) {
      throw std::invalid_argument(
          fmt::format("{} and {}: would both be written to standard output", first, option));
    }
    first = option;
  }
  return first != nullptr;
}

int run_program(const CLI::App& app, const Manual& manual, const std::function<int()>& program) {
  const bool quiet = given(app, "--quiet");
  set_warning_sink(
      [&](const std::string& text) { complain(app.get_name(), Style::warning, "warning", text); });
  try {
    const bool record = writes_record(app);
    set_printing({.results = !record, .notes = !record && !quiet});
    return program();
  } catch (const ShapeError& error) {
    complain_of(error, app, manual);
  } catch (const std::invalid_argument& error) {
    complain_of(error, app, manual);
    return usage_error;
  } catch (const std::exception& error) {
    complain_of(error, app, manual);
  }
  return failure;
}

}  // namespace

int run(CLI::App& app, const Manual& manual, int argc, char** argv,
        const std::function<int()>& program) {
  catch_signals(end_now);
  add_general_options(app, manual);
  int code = failure;
  try {
    const std::optional<int> ended = parse(app, manual, argc, argv);
    code = ended ? *ended : run_program(app, manual, program);
    flush_out();
  } catch (const std::exception& error) {
    complain_of(error, app, manual);
    code = failure;
  }
  set_warning_sink({});
  return code;
}

void print_error(const std::string& program, const std::string& text) {
  complain(program, Style::error, "error", text);
}

void add_quiet(CLI::App& app, bool& quiet) {
  app.add_flag("--quiet", quiet, "Results, warnings and errors only: no progress, no notes");
}

void add_threads(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "Threads (0: one a processor); results do not depend on it")
      ->capture_default_str()
      ->transform(whole_number(0, 4096))
      ->type_name("N");
}

void catch_interrupts() {
  catch_signals(note_signal);
}

bool stop_requested() {
  return stop_signal != 0;
}

std::string data_folder() {
  namespace fs = std::filesystem;
  const fs::path program = fs::canonical("/proc/self/exe").parent_path();
  // bin/../share/tapegrad when installed; build/PRESET/bin/../../../data in the source tree.
  for (const char* relative : {"../share/tapegrad", "../../../data"}) {
    const fs::path folder = program / relative;
    if (fs::exists(folder / "reviews.train.tsv")) return folder.lexically_normal().string();
  }
  throw std::runtime_error(
      "the embedded data is neither installed nor in the source tree; give "
      "--train and --vectors");
}

void check_folder_of(const std::string& file) {
  namespace fs = std::filesystem;
  if (file.empty() || file == "-") return;
  const fs::path folder = fs::absolute(file).parent_path();
  if (!fs::is_directory(folder)) {
    throw std::invalid_argument(
        fmt::format("{}: the folder {} does not exist", file, folder.string()));
  }
  if (fs::is_directory(file)) {
    throw std::invalid_argument(fmt::format("{}: is a folder, a file is wanted", file));
  }
  check_writable(file);
}

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw std::system_error(error, folder + ": cannot write");
  check_writable_folder(folder);
}

int run_measured(bool print, const std::string& trace, const std::function<int()>& program) {
  if (!print && trace.empty()) return program();
  constexpr std::size_t most_events = 1'000'000;  // some 130 MB of JSON
  start_profile({.max_events = trace.empty() ? 0 : most_events});
  const int code = program();
  const Profile profile = stop_profile();
  if (print) fmt::print(stderr, "\n{}", profile_text(profile));
  if (trace.empty()) return code;
  write_record(trace, to_trace_json(profile));
  if (profile.events_left_out > 0) {
    warn(fmt::format("{}: holds the first {} events, {} more were left out", trace,
                     profile.events.size(), profile.events_left_out));
  }
  return code;
}

}  // namespace tapegrad::console
