// The library never prints. What a user should know but is no error goes to the log sink.
#pragma once

#include <functional>
#include <string>

namespace tapegrad {

using LogSink = std::function<void(const std::string& message)>;

/// Sets who receives warnings (a program's own printing, a test's list) and returns the sink set
/// before. An empty function, the default, drops them. Thread-safe.
LogSink set_warning_sink(LogSink sink);

/// Hands one line, without its newline, to the warning sink.
void warn(const std::string& message);

/// The same, but each sink gets only the first of all messages with the same `topic`: for what may
/// happen in every step.
void warn_once(const std::string& topic, const std::string& message);

}  // namespace tapegrad
