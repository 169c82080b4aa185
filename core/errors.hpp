// The error classes. One class a kind of mistake; the text says who, which argument, what it got
// and what it wants, for example
//   embedding: id 7 at position 5 ([1, 2]) is out of range [0, 5)
// Misuse of the library (a second backward, an optimizer without parameters) is std::logic_error;
// an argument whose value makes no sense (a dropout of 2) is std::invalid_argument.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace tapegrad {

/// Two shapes do not fit each other, or a shape does not fit an operation.
class ShapeError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// An id, a label or an offset lies outside its valid range.
class IndexError : public std::out_of_range {
 public:
  using std::out_of_range::out_of_range;
};

/// A file does not hold what it should. The text is "FILE:LINE: MESSAGE" (no ":LINE" when line is
/// 0), the message says what was expected and what was found.
class FormatError : public std::runtime_error {
 public:
  FormatError(const std::string& file, std::size_t line, const std::string& message)
      : std::runtime_error(text(file, line, message)), file_(file), line_(line) {}

  /// The file as the caller named it ("-" is standard input).
  const std::string& file() const { return file_; }
  /// The line, counted from 1; 0 when the error is not about one line.
  std::size_t line() const { return line_; }

 private:
  // Appends, because GCC 12 warns of an overflow in the sum of the same strings.
  static std::string text(std::string text, std::size_t line, const std::string& message) {
    if (line > 0) text.append(":").append(std::to_string(line));
    return text.append(": ").append(message);
  }

  std::string file_;
  std::size_t line_;
};

}  // namespace tapegrad
