#include <tapegrad/text/vectors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/text/input.hpp>
#include <unordered_set>

namespace tapegrad {
namespace {

using std::string_view;

std::size_t count_spaces(string_view line) {
  return static_cast<std::size_t>(std::count(line.begin(), line.end(), ' '));
}

template <class Number>
bool is_number(string_view field) {
  Number value{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error != std::errc::invalid_argument && end == field.data() + field.size();
}

/// The fields at the end of the line that are numbers, without the first field, which is a word.
std::size_t numbers_at_end(string_view line) {
  std::size_t numbers = 0;
  for (auto space = line.rfind(' '); space != string_view::npos; space = line.rfind(' ')) {
    if (!is_number<double>(line.substr(space + 1))) break;
    ++numbers;
    line = line.substr(0, space);
  }
  return numbers;
}

/// A line of a vector file.
struct Entry {
  string_view word;
  string_view numbers;  ///< D fields with single spaces between
};

/// Finds the width of a vector file and takes its lines apart.
class VectorFile {
 public:
  explicit VectorFile(const std::string& path) : reader_(path) {
    string_view line;
    while (first_lines_.size() < 64 && reader_.next(line)) first_lines_.emplace_back(line);
    if (first_lines_.empty())
      throw FormatError(path, 0, "expected word vectors, found an empty file");
    if (first_lines_.front().starts_with("\xEF\xBB\xBF")) first_lines_.front().erase(0, 3);
    find_header();
    find_width();
  }

  std::size_t width() const { return width_; }
  /// The number of the line of the last entry.
  std::size_t line() const { return line_; }
  /// The number of entries handed out.
  std::size_t entries() const { return entries_; }

  bool next(Entry& entry) {
    string_view line;
    if (line_ < first_lines_.size()) {
      line = first_lines_[line_];
    } else if (!reader_.next(line)) {
      if (entries_ != header_count_.value_or(entries_)) {
        fail(fmt::format("the first line announces {} words, found {}: is the file cut?",
                         *header_count_, entries_));
      }
      return false;
    }
    ++line_;
    ++entries_;
    entry = take_apart(line);
    return true;
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw FormatError(reader_.path(), line_, message);
  }

 private:
  void find_header() {
    const string_view first = trimmed(first_lines_.front());
    const std::size_t space = first.find(' ');
    if (space == string_view::npos || count_spaces(first) != 1) return;
    if (!is_number<std::size_t>(first.substr(0, space)) ||
        !is_number<std::size_t>(first.substr(space + 1))) {
      return;
    }
    std::size_t count = 0;
    std::from_chars(first.data(), first.data() + space, count);
    std::from_chars(first.data() + space + 1, first.data() + first.size(), width_);
    header_count_ = count;
    line_ = 1;
    if (width_ == 0)
      fail(fmt::format("expected COUNT DIM with a DIM above 0, found \"{}\"", first));
  }

  void find_width() {
    if (header_count_) return;
    std::map<std::size_t, std::size_t> lines;
    for (const auto& line : first_lines_) ++lines[numbers_at_end(trimmed(line))];
    std::size_t most = 0;
    for (const auto& line : first_lines_) {
      const std::size_t width = numbers_at_end(trimmed(line));
      if (width == 0 || lines[width] <= most) continue;
      width_ = width;
      most = lines[width];
    }
    line_ = 1;
    if (width_ == 0) {
      fail(fmt::format(
          "expected a word and its numbers, separated by single spaces, found \"{:.60}\"",
          first_lines_.front()));
    }
    line_ = 0;
  }

  static string_view trimmed(string_view line) {
    while (line.ends_with(' ')) line.remove_suffix(1);
    return line;
  }

  Entry take_apart(string_view raw) const {
    const string_view line = trimmed(raw);
    if (line.empty())
      fail(fmt::format("expected a word and {} numbers, found an empty line", width_));
    const std::size_t fields = count_spaces(line);
    if (fields < width_) {
      fail(fmt::format("expected a word and {} numbers, found {} fields behind \"{:.40}\"", width_,
                       fields, line.substr(0, line.find(' '))));
    }
    std::size_t end = line.find(' ');
    if (fields > width_) {
      end = line.size();
      for (std::size_t i = 0; i < width_; ++i) end = line.rfind(' ', end - 1);
      const string_view word = line.substr(0, end);
      if (is_number<double>(word.substr(word.rfind(' ') + 1))) {
        fail(fmt::format("expected a word and {} numbers, found {} fields behind \"{:.40}\"",
                         width_, fields, line.substr(0, line.find(' '))));
      }
    }
    if (end == 0) fail("expected a word at the start of the line, found a space");
    return {line.substr(0, end), line.substr(end + 1)};
  }

  LineReader reader_;
  std::vector<std::string> first_lines_;
  std::optional<std::size_t> header_count_;
  std::size_t width_ = 0;
  std::size_t line_ = 0;
  std::size_t entries_ = 0;
};

/// Hands each wanted entry of the file that comes for the first time to `use`.
template <class F>
Index each_wanted(VectorFile& file, const WordFilter& wanted, F use) {
  std::unordered_set<std::string> seen;
  Index duplicates = 0;
  Entry entry;
  while (file.next(entry)) {
    if (!wanted(entry.word)) continue;
    if (seen.emplace(entry.word).second) {
      use(entry);
    } else {
      ++duplicates;
    }
  }
  return duplicates;
}

/// One field as a finite number; what is too small for Real is 0.
Real parse_number(const VectorFile& file, string_view field, std::size_t position) {
  Real value = 0;
  const char* const last = field.data() + field.size();
  auto [end, error] = std::from_chars(field.data(), last, value);
  if (error == std::errc::result_out_of_range) {
    double wide = 0;
    error = std::from_chars(field.data(), last, wide).ec;
    value = static_cast<Real>(wide);
    if (error == std::errc::result_out_of_range) {
      const auto exponent = field.find_first_of("eE");
      if (exponent != string_view::npos && field.substr(exponent + 1).starts_with('-'))
        return Real(0);
    }
  }
  if (error != std::errc() || end != last || !std::isfinite(value)) {
    file.fail(fmt::format("expected a finite number as value {} of {}, found \"{:.40}\"", position,
                          file.width(), field));
  }
  return value;
}

void parse_numbers(const VectorFile& file, string_view numbers, std::vector<Real>& values) {
  for (std::size_t i = 1; i <= file.width(); ++i) {
    const std::size_t end = std::min(numbers.find(' '), numbers.size());
    values.push_back(parse_number(file, numbers.substr(0, end), i));
    numbers.remove_prefix(std::min(end + 1, numbers.size()));
  }
}

}  // namespace

inline namespace TAPEGRAD_PRECISION {

WordVectors load_vectors(const std::string& path, const WordFilter& wanted) {
  const ProfileSpan span("vectors", Phase::other);
  VectorFile file(path);
  WordVectors vectors;
  std::vector<Real> values;
  vectors.duplicates = each_wanted(file, wanted, [&](const Entry& entry) {
    parse_numbers(file, entry.numbers, values);
    vectors.words.emplace_back(entry.word);
  });
  vectors.lines = static_cast<Index>(file.entries());
  vectors.values = Array(Shape{vectors.words.size(), file.width()});
  std::copy(values.begin(), values.end(), vectors.values.data());
  add_profile_bytes(values.size() * sizeof(Real));
  return vectors;
}

WordVectors load_vectors(const std::string& path, const Vocabulary& vocabulary) {
  return load_vectors(path, [&](string_view word) { return vocabulary.find(word).has_value(); });
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
