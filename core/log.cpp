#include <tapegrad/core/log.hpp>

#include <mutex>
#include <set>
#include <utility>

namespace tapegrad {
namespace {

struct Warnings {
  std::mutex mutex;
  LogSink sink;
  std::set<std::string> topics;  // that this sink was warned of once
};

Warnings& warnings() {
  static Warnings instance;
  return instance;
}

}  // namespace

LogSink set_warning_sink(LogSink sink) {
  const std::lock_guard lock(warnings().mutex);
  warnings().topics.clear();
  return std::exchange(warnings().sink, std::move(sink));
}

void warn(const std::string& message) {
  const std::lock_guard lock(warnings().mutex);
  if (warnings().sink) warnings().sink(message);
}

void warn_once(const std::string& topic, const std::string& message) {
  const std::lock_guard lock(warnings().mutex);
  if (warnings().sink && warnings().topics.insert(topic).second) warnings().sink(message);
}

}  // namespace tapegrad
