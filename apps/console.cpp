#include "console.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/version.hpp>
#include <tapegrad/training/profile_json.hpp>

#include "profile_text.hpp"

namespace tapegrad::console {
namespace {

volatile std::sig_atomic_t stop_signal = 0;

void note_signal(int signal) {
  stop_signal = signal;
  std::signal(signal, SIG_DFL);
}

double now() {
  using namespace std::chrono;
  return duration_cast<std::chrono::duration<double>>(steady_clock::now().time_since_epoch())
      .count();
}

std::string version_text() {
  return fmt::format("tapegrad {}\n{}, {} kernels", version(), blas_name(), blas_kernels());
}

}  // namespace

int run(CLI::App& app, int argc, char** argv, const std::function<int()>& program) {
  app.set_version_flag("--version", version_text, "Show the version, the BLAS and its kernels");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? success : usage_error;
  }
  const auto complain = [&](const char* kind, const std::string& text) {
    fmt::print(stderr, "{}: {}: {}\n", app.get_name(), kind, text);
  };
  set_warning_sink([&](const std::string& text) { complain("warning", text); });
  int code = failure;
  try {
    code = program();
  } catch (const ShapeError& error) {
    complain("error", error.what());
  } catch (const std::invalid_argument& error) {
    complain("error", error.what());
    code = usage_error;
  } catch (const std::bad_alloc&) {
    complain("error", "out of memory");
  } catch (const std::exception& error) {
    complain("error", error.what());
  }
  set_warning_sink({});
  return code;
}

void catch_interrupts() {
  std::signal(SIGINT, note_signal);
  std::signal(SIGTERM, note_signal);
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

CLI::Validator plain(CLI::Validator validator) {
  validator.description("");
  return validator;
}

void check_folder_of(const std::string& file) {
  namespace fs = std::filesystem;
  if (file.empty()) return;
  const fs::path folder = fs::absolute(file).parent_path();
  if (fs::is_directory(folder)) return;
  throw std::invalid_argument(
      fmt::format("{}: the folder {} does not exist", file, folder.string()));
}

int run_measured(bool print, const std::string& trace, const std::function<int()>& program) {
  if (!print && trace.empty()) return program();
  constexpr std::size_t most_events = 1'000'000;  // some 130 MB of JSON
  start_profile({.max_events = trace.empty() ? 0 : most_events});
  const int code = program();
  const Profile profile = stop_profile();
  if (print) fmt::print(stderr, "\n{}", profile_text(profile));
  if (trace.empty()) return code;
  write_file(trace, to_trace_json(profile));
  if (profile.events_left_out > 0) {
    warn(fmt::format("{}: holds the first {} events, {} more were left out", trace,
                     profile.events.size(), profile.events_left_out));
  }
  return code;
}

namespace {

[[noreturn]] void fail_to_write() {
  if (errno == EPIPE) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  throw std::system_error(errno, std::generic_category(), "standard output: cannot write");
}

}  // namespace

void write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_write();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void close_out() {
  if (::close(STDOUT_FILENO) != 0) fail_to_write();
}

std::string duration(double seconds) {
  const auto whole = std::lround(std::max(0.0, seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

ProgressLine::ProgressLine(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1), last_(now()) {}

void ProgressLine::show(const std::function<std::string()>& text) {
  const double pause = terminal_ ? 0.1 : 5.0;
  if (quiet_ || now() - last_ < pause) return;
  last_ = now();
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{}", text());
    std::fflush(stderr);
    shown_ = true;
  } else {
    fmt::print(stderr, "{}\n", text());
  }
}

void ProgressLine::clear() {
  if (shown_) {
    fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
  }
  shown_ = false;
}

}  // namespace tapegrad::console
