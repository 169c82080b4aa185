#include "profile_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <tapegrad/core/format.hpp>

namespace tapegrad {
namespace {

std::string bytes_text(std::uint64_t bytes) {
  return group_digits(fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6));
}

double self_seconds(const Profile& profile) {
  double sum = 0;
  for (const ProfileRecord& record : profile.records) sum += record.seconds;
  return sum;
}

std::string phases_text(const Profile& profile, double whole) {
  std::array<double, 4> seconds{};
  for (const ProfileRecord& record : profile.records) {
    seconds.at(static_cast<std::size_t>(record.phase)) += record.seconds;
  }
  std::string text;
  for (const Phase phase : {Phase::forward, Phase::backward, Phase::optimizer, Phase::other}) {
    text += fmt::format("{}{} {:.1f} %", text.empty() ? "" : ", ", to_string(phase),
                        100 * seconds.at(static_cast<std::size_t>(phase)) / whole);
  }
  return text;
}

}  // namespace

std::string profile_text(const Profile& profile) {
  const double whole = self_seconds(profile);
  std::vector<ProfileRecord> records = profile.records;
  std::stable_sort(
      records.begin(), records.end(),
      [](const ProfileRecord& a, const ProfileRecord& b) { return a.seconds > b.seconds; });
  std::string text = fmt::format("profile: {:.3f} s, peak memory {} MB; {}\n", profile.seconds,
                                 bytes_text(profile.peak_memory), phases_text(profile, whole));
  text += fmt::format("{:<16} {:<9} {:>10} {:>9} {:>7} {:>9} {:>12}\n", "operation, stage", "phase",
                      "calls", "self s", "share", "total s", "MB");
  for (const ProfileRecord& record : records) {
    text +=
        fmt::format("{:<16} {:<9} {:>10} {:>9.3f} {:>5.1f} % {:>9.3f} {:>12}\n", record.name,
                    to_string(record.phase), grouped(record.calls), record.seconds,
                    100 * record.seconds / whole, record.total_seconds, bytes_text(record.bytes));
  }
  return text + "(self: without the operations and stages inside; the shares are those of self)\n";
}

}  // namespace tapegrad
