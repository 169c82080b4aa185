#include <tapegrad/training/json_fields.hpp>

#include <fmt/core.h>

#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/json_errors.hpp>

namespace tapegrad {

using Json = JsonField::Json;

Json exact_json(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

void JsonField::fail(const std::string& what) const {
  throw FormatError(file_, 0, fmt::format("{}: {}", place_, what));
}

JsonField JsonField::operator[](const std::string& name) const {
  if (!json_.is_object()) fail("expected an object");
  const auto found = json_.find(name);
  if (found == json_.end()) fail(fmt::format("{} is missing", name));
  return {file_, place_ + "." + name, *found};
}

JsonField JsonField::at(std::size_t position) const {
  if (position >= size()) fail(fmt::format("has {} elements, expected more", size()));
  return {file_, fmt::format("{}[{}]", place_, position), json_[position]};
}

std::size_t JsonField::size() const {
  if (!json_.is_array()) fail("expected a list");
  return json_.size();
}

std::int64_t JsonField::integer(std::int64_t least, std::int64_t most) const {
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits = json_.is_number_integer() &&
                    (!json_.is_number_unsigned() || json_.get<std::uint64_t>() <= largest);
  if (!fits) fail("expected a whole number");
  const auto value = json_.get<std::int64_t>();
  if (value < least || value > most) {
    fail(fmt::format("{} is not in [{}, {}]", value, least, most));
  }
  return value;
}

std::uint64_t JsonField::count() const {
  if (!json_.is_number_unsigned()) fail("expected a whole number from 0 on");
  return json_.get<std::uint64_t>();
}

double JsonField::real() const {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (json_.is_number()) return json_.get<double>();
  if (json_ == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (json_ == "inf") return infinite;
  if (json_ != "-inf") fail("expected a number");
  return -infinite;
}

bool JsonField::boolean() const {
  if (!json_.is_boolean()) fail("expected true or false");
  return json_.get<bool>();
}

Json parse_json(const std::string& file, const std::string& place, const std::string& text) {
  constexpr int deepest = 8;
  const auto check_depth = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth > deepest) {
      throw FormatError(file, 0, fmt::format("{}: is nested deeper than {}", place, deepest));
    }
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::exception& error) {
    throw FormatError(file, 0, fmt::format("{}: {}", place, invalid_json(error)));
  }
}

}  // namespace tapegrad
