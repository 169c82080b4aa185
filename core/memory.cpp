#include <tapegrad/core/format.hpp>
#include <tapegrad/core/memory.hpp>

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

namespace tapegrad {
namespace {

constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

// The number after `key` in a file of lines "key number ...".
std::uint64_t number_after(const std::string& file, const std::string& key, std::uint64_t missing) {
  std::ifstream in(file);
  std::string word;
  while (in >> word) {
    std::uint64_t number = 0;
    if (word == key && in >> number) return number;
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return missing;
}

// A file that holds one number, or a word such as "max".
std::uint64_t number_in(const std::string& file) {
  std::ifstream in(file);
  std::uint64_t number = 0;
  return in >> number ? number : unknown;
}

std::uint64_t minus(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : 0;
}

std::uint64_t left_in_system() {
  const std::uint64_t kibibytes = number_after("/proc/meminfo", "MemAvailable:", unknown);
  return kibibytes == unknown ? unknown : kibibytes * 1024;
}

// Pages of files can be dropped, so they do not count as used.
std::uint64_t left_in_group(const std::string& folder) {
  const std::uint64_t limit = number_in(folder + "/memory.max");
  const std::uint64_t used = number_in(folder + "/memory.current");
  if (limit == unknown || used == unknown) return unknown;
  return minus(limit, minus(used, number_after(folder + "/memory.stat", "inactive_file", 0)));
}

std::uint64_t left_in_groups() {
  const std::string root = "/sys/fs/cgroup";
  std::uint64_t least = left_in_group(root);
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::/", 0) != 0) continue;
    for (std::string path = line.substr(3); path.size() > 1; path.resize(path.rfind('/'))) {
      least = std::min(least, left_in_group(root + path));
    }
  }
  return least;
}

std::uint64_t left_in_address_space() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unknown;
  const std::uint64_t pages = number_in("/proc/self/statm");
  if (pages == unknown) return limit.rlim_cur;
  return minus(limit.rlim_cur, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

// "4,800.0 GB"
std::string gigabytes(double bytes) {
  return group_digits(fmt::format("{:.1f}", bytes / 1e9)) + " GB";
}

}  // namespace

std::uint64_t available_memory() {
  return std::min({left_in_system(), left_in_groups(), left_in_address_space()});
}

inline namespace TAPEGRAD_PRECISION {

void check_memory(const char* who, std::size_t rows, std::size_t width, std::size_t copies,
                  std::uint64_t available) {
  // In double: the product of the sizes may be larger than any integer.
  const double needed = static_cast<double>(rows) * static_cast<double>(width) *
                        static_cast<double>(sizeof(Real)) * static_cast<double>(copies);
  if (needed <= static_cast<double>(available)) return;
  const std::string times =
      copies == 1 ? "" : fmt::format(" · {}, with the optimizer's moments", copies);
  throw std::runtime_error(fmt::format(
      "{}: a table of {} x {} values needs {} (V · D · {} bytes{}), {} are available", who, rows,
      width, gigabytes(needed), sizeof(Real), times, gigabytes(static_cast<double>(available))));
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
