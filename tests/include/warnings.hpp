// The library's warnings, caught.
#pragma once

#include <string>
#include <tapegrad/core/log.hpp>
#include <vector>

/// Collects warnings as long as it lives.
class Warnings {
 public:
  Warnings()
      : before_(tapegrad::set_warning_sink([this](const std::string& s) { all.push_back(s); })) {}
  ~Warnings() { tapegrad::set_warning_sink(before_); }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  std::vector<std::string> all;

 private:
  tapegrad::LogSink before_;
};
