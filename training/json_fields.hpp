// JSON that is written to be read again to the last bit, and that may come back damaged.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace tapegrad {

/// A number; what JSON has no numbers for is "nan", "inf" or "-inf".
nlohmann::ordered_json exact_json(double value);

/// A value somewhere in a JSON text, whose place every error names. Whatever stands there, each
/// function returns the right kind of value or throws FormatError. Must not outlive its text.
class JsonField {
 public:
  using Json = nlohmann::ordered_json;

  /// `file` and `place` are for the errors: "runs/checkpoint.safetensors", "training".
  JsonField(const std::string& file, std::string place, const Json& json)
      : file_(file), place_(std::move(place)), json_(json) {}

  /// A member of an object; an element of a list.
  JsonField operator[](const std::string& name) const;
  JsonField at(std::size_t position) const;
  /// The number of elements of a list.
  std::size_t size() const;

  std::int64_t integer(std::int64_t least, std::int64_t most) const;
  /// A whole number from 0 on.
  std::uint64_t count() const;
  double real() const;
  bool boolean() const;
  const std::string& text() const;
  const Json& json() const { return json_; }
  const std::string& file() const { return file_; }

  [[noreturn]] void fail(const std::string& what) const;

 private:
  const std::string& file_;
  std::string place_;
  const Json& json_;
};

/// Parses a section. FormatError for what is no JSON, or is nested too deep for a checkpoint.
nlohmann::ordered_json parse_json(const std::string& file, const std::string& place,
                                  const std::string& text);

}  // namespace tapegrad
