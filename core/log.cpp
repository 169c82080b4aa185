#include <tapegrad/core/log.hpp>

#include <mutex>
#include <utility>

namespace tapegrad {
namespace {

struct Warnings {
  std::mutex mutex;
  LogSink sink;
};

Warnings& warnings() {
  static Warnings instance;
  return instance;
}

}  // namespace

LogSink set_warning_sink(LogSink sink) {
  const std::lock_guard lock(warnings().mutex);
  return std::exchange(warnings().sink, std::move(sink));
}

void warn(const std::string& message) {
  const std::lock_guard lock(warnings().mutex);
  if (warnings().sink) warnings().sink(message);
}

}  // namespace tapegrad
