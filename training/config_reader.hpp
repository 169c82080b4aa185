// The config.json of a model folder, which may come from anywhere: its values are asked for with
// what they must be.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <tapegrad/core/real.hpp>
#include <utility>
#include <vector>

namespace tapegrad {

/// One object of the file; `section` gives the objects in it. All functions throw FormatError about
/// the file for a value that is missing or not what it must be.
class ConfigReader {
 public:
  /// Sizes and counts are less than 2^31, so that products of two do not overflow.
  static constexpr Index largest = std::numeric_limits<std::int32_t>::max();
  /// A longer file is refused.
  static constexpr std::size_t max_bytes = 16U << 20U;

  /// The text of the file `path`. FormatError if it is longer than max_bytes, no JSON object,
  /// nested more than 8 deep, or names a value twice.
  ConfigReader(std::string_view text, const std::string& path);

  bool has(const char* name) const;
  ConfigReader section(const char* name) const;
  /// A whole number in [least, most].
  Index whole(const char* name, Index least, Index most = largest) const;
  std::vector<Index> wholes(const char* name, Index least, Index most = largest) const;
  /// A number in [least, most].
  double number(const char* name, double least, double most) const;
  bool truth(const char* name) const;
  std::string text(const char* name) const;
  std::vector<std::string> texts(const char* name) const;

  /// A version, at most the `known` one:
  ///   format version 4 is newer than this program, which knows 3
  int version(const char* name, const char* of, int known) const;

  [[noreturn]] void fail(const std::string& message) const;

 private:
  struct Object;
  explicit ConfigReader(std::shared_ptr<const Object> object) : object_(std::move(object)) {}

  std::shared_ptr<const Object> object_;
};

}  // namespace tapegrad
