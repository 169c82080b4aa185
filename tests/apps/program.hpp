// Running a built program as a user does.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <regex>
#include <stdexcept>
#include <string>
#include <tapegrad/core/files.hpp>
#include <vector>

#include <temporary.hpp>

/// What a program that has ended left behind.
struct Finished {
  int code = -1;  // exit code; 128 + the signal that ended it
  std::string out;
  std::string err;
};

/// A program at work, whose standard error is a file or, on request, a terminal. A program that is
/// still running when this goes out of scope is killed.
class Running {
 public:
  enum class Errors { file, terminal, dumb_terminal };

  /// Starts build/PRESET/bin/NAME; `input` is its standard input.
  Running(const std::string& name, const std::vector<std::string>& arguments,
          const std::string& input = {}, Errors errors = Errors::file) {
    const std::string path = std::string(TAPEGRAD_BIN_DIR) + "/" + name;
    directory_.file("in", input);
    std::string err = directory_ / "err";
    if (errors != Errors::file) {
      ::setenv("TERM", errors == Errors::terminal ? "xterm" : "dumb", 1);
      err = open_terminal();
    }

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const auto open = [&](int descriptor, const std::string& file, int flags) {
      posix_spawn_file_actions_addopen(&actions, descriptor, file.c_str(), flags, 0600);
    };
    open(STDIN_FILENO, directory_ / "in", O_RDONLY);
    open(STDOUT_FILENO, directory_ / "out", O_WRONLY | O_CREAT);
    open(STDERR_FILENO, err, O_WRONLY | O_CREAT | O_NOCTTY);
    std::vector<std::string> words{name};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const int error =
        posix_spawn(&process_, path.c_str(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start " + path + ": is it built?");
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    if (terminal_ >= 0) ::close(terminal_);
  }

  /// Waits until the terminal shows `text`; false if the program ends first, or after a minute.
  bool shows(const std::string& text) {
    return waits([&] { return seen_.find(text) != std::string::npos; });
  }
  /// The same for a training that has finished an epoch.
  bool shows_second_epoch() {
    const std::regex later("epoch ([2-9]|[1-9][0-9,]+) of");
    return waits([&] { return std::regex_search(seen_, later); });
  }
  void send(int signal) const { ::kill(process_, signal); }
  /// Whether the program has said what a signal is to do.
  bool catches(int signal) const {
    const auto status = tapegrad::read_file("/proc/" + std::to_string(process_) + "/status");
    const std::string caught = status.substr(status.find("SigCgt:") + 7);
    return (std::stoull(caught, nullptr, 16) >> (signal - 1) & 1U) != 0;
  }

  /// Waits for the end.
  Finished finish() {
    while (terminal_ >= 0 && read_terminal()) {
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            tapegrad::read_file(directory_ / "out"),
            terminal_ >= 0 ? seen_ : tapegrad::read_file(directory_ / "err")};
  }

 private:
  std::string open_terminal() {
    terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0) {
      throw std::runtime_error("no terminal");
    }
    ::fcntl(terminal_, F_SETFD, FD_CLOEXEC);
    return ::ptsname(terminal_);
  }

  template <class Condition>
  bool waits(const Condition& holds) {
    const auto latest = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > latest || !read_terminal()) return false;
    }
    return true;
  }

  bool read_terminal() {
    pollfd wait{terminal_, POLLIN, 0};
    if (::poll(&wait, 1, 60'000) <= 0) return false;
    char bytes[4096];
    const ssize_t got = ::read(terminal_, bytes, sizeof(bytes));
    if (got <= 0) return false;
    seen_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  TemporaryDirectory directory_;
  pid_t process_ = 0;
  int terminal_ = -1;
  std::string seen_;
};

/// Runs a program to its end.
inline Finished run(const std::string& name, const std::vector<std::string>& arguments,
                    const std::string& input = {}) {
  return Running(name, arguments, input).finish();
}
