// A program between two pipes, as in a shell's pipeline.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <tapegrad/core/files.hpp>
#include <utility>
#include <vector>

#include <temporary.hpp>

/// Runs build/PRESET/bin/NAME with pipes as standard input and output. A program that is still
/// running when this goes out of scope is killed.
class Piped {
 public:
  Piped(const std::string& name, const std::vector<std::string>& arguments) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    to_ = in[1];
    from_ = out[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    const std::string err = directory_ / "err";
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT,
                                     0600);
    const std::string path = std::string(TAPEGRAD_BIN_DIR) + "/" + name;
    std::vector<std::string> words{name};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const int error =
        posix_spawn(&process_, path.c_str(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    if (error != 0) throw std::runtime_error("cannot start " + path + ": is it built?");
  }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;
  ~Piped() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    close_input();
    close_output();
  }

  /// Hands bytes to the program.
  void write(const std::string& bytes) const {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t written = ::write(to_, bytes.data() + done, bytes.size() - done);
      if (written < 0) throw std::runtime_error("the program does not read");
      done += static_cast<std::size_t>(written);
    }
  }
  void close_input() { close(to_); }
  void close_output() { close(from_); }

  /// The next line that the program writes, without its end; what there is if it ends first, or
  /// says nothing for a minute.
  std::string line() {
    while (read_.find('\n') == std::string::npos) {
      if (!read_more(60'000)) return std::exchange(read_, {});
    }
    const std::size_t end = read_.find('\n');
    std::string line = read_.substr(0, end);
    read_.erase(0, end + 1);
    return line;
  }
  /// Whether the program writes nothing for a while.
  bool silent() { return read_.empty() && !read_more(200); }

  void send(int signal) const { ::kill(process_, signal); }
  /// Waits for the end: the exit code, or 128 + the signal that ended it.
  int code() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string errors() const { return tapegrad::read_file(directory_ / "err"); }

  /// The most memory that the program has used, in KiB.
  std::size_t peak_memory() const {
    const auto status = tapegrad::read_file("/proc/" + std::to_string(process_) + "/status");
    return std::stoul(status.substr(status.find("VmHWM:") + 6));
  }

 private:
  static void close(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
  }
  bool read_more(int milliseconds) {
    pollfd wait{from_, POLLIN, 0};
    if (::poll(&wait, 1, milliseconds) <= 0) return false;
    char bytes[4096];
    const ssize_t got = ::read(from_, bytes, sizeof(bytes));
    if (got <= 0) return false;
    read_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  TemporaryDirectory directory_;
  pid_t process_ = 0;
  int to_ = -1;
  int from_ = -1;
  std::string read_;
};
