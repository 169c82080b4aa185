#include <fmt/core.h>

#include <stdexcept>

#include "step.hpp"

namespace bench {

void Options::add(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) {
    throw std::invalid_argument(fmt::format("expected KEY=VALUE, got \"{}\"", assignment));
  }
  values_[assignment.substr(0, equals)] = assignment.substr(equals + 1);
}

std::size_t Options::number(const std::string& key, std::size_t otherwise) const {
  const auto found = values_.find(key);
  return found == values_.end() ? otherwise : std::stoull(found->second);
}

std::string Options::text(const std::string& key, const std::string& otherwise) const {
  const auto found = values_.find(key);
  return found == values_.end() ? otherwise : found->second;
}

std::string Options::text(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw std::invalid_argument(fmt::format("needs {}=...", key));
  return found->second;
}

}  // namespace bench
