#include "out.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <tapegrad/core/files.hpp>

#include "printable.hpp"
#include "progress.hpp"

namespace tapegrad::console {
namespace {

Printing printed;

[[noreturn]] void fail_to_write() {
  if (errno == EPIPE) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  throw std::system_error(errno, std::generic_category(), "standard output: cannot write");
}

}  // namespace

void write_out(std::string_view bytes) {
  std::fflush(stdout);  // what was printed before comes before
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_write();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void flush_out() {
  if (std::fflush(stdout) != 0) fail_to_write();
}

void close_out() {
  if (::close(STDOUT_FILENO) != 0) fail_to_write();
}

void set_printing(Printing printing) {
  printed = printing;
}

void print_result(std::string_view text) {
  if (printed.results) write_out(text);
}

void print_note(std::string_view text) {
  if (printed.notes) write_out(text);
}

void tell(std::string_view line) {
  clear_progress();
  fmt::print(stderr, "{}\n", printable(line));
}

void write_record(const std::string& file, std::string_view record) {
  if (file == "-") {
    write_out(record);
  } else if (!file.empty()) {
    write_file(file, record);
  }
}

}  // namespace tapegrad::console
