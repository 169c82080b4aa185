#include <tapegrad/training/profile_json.hpp>

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace tapegrad {
namespace {

// What all events of a record have in common.
std::string begin_event(const ProfileRecord& record) {
  return fmt::format(R"({{"name":{},"cat":"{}","ph":"X","pid":1)",
                     nlohmann::json(record.name).dump(), to_string(record.phase));
}

// Nanoseconds as µs with all digits, so that nested events stay nested.
std::string in_microseconds(std::chrono::nanoseconds time) {
  return fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000);
}

}  // namespace

std::string to_trace_json(const Profile& profile) {
  std::vector<std::string> begins;
  for (const ProfileRecord& record : profile.records) begins.push_back(begin_event(record));
  std::string text = fmt::format(
      R"({{"displayTimeUnit":"ms","otherData":{{"events_left_out":{}}},"traceEvents":[)",
      profile.events_left_out);
  const char* separator = "\n";
  for (const ProfileEvent& event : profile.events) {
    fmt::format_to(std::back_inserter(text),
                   R"({}{},"tid":{},"ts":{},"dur":{},"args":{{"bytes":{}}}}})", separator,
                   begins.at(event.record), event.thread, in_microseconds(event.start),
                   in_microseconds(event.duration), event.bytes);
    separator = ",\n";
  }
  return text + "\n]}\n";
}

}  // namespace tapegrad
