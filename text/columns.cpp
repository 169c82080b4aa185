#include <tapegrad/text/columns.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <tapegrad/core/errors.hpp>

namespace tapegrad::detail {
namespace {

using std::string_view;
using Column = std::optional<std::size_t>;

constexpr std::array<string_view, 6> label_names = {"label",    "sentiment", "class",
                                                    "category", "polarity",  "target"};
constexpr std::array<string_view, 5> text_names = {"text", "sentence", "review", "content",
                                                   "comment"};
constexpr string_view hint = "; name the columns with label_column and text_column";

std::optional<long> integer(string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A column's name without spaces around it, in lower-case ASCII.
std::string plain_name(string_view name) {
  while (name.starts_with(' ')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  std::string plain(name);
  for (char& c : plain) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return plain;
}

template <class Names>
bool is_name(string_view field, const Names& names) {
  return std::find(names.begin(), names.end(), plain_name(field)) != names.end();
}

class Chooser {
 public:
  Chooser(const std::string& path, const Records& records, const DatasetOptions& options)
      : path_(path),
        records_(records),
        options_(options),
        first_(records.fields.begin(),
               records.fields.begin() + static_cast<std::ptrdiff_t>(records.columns)),
        header_(has_header()) {}

  Columns run() const {
    if (first_.size() < 2) {
      fail(1, fmt::format("expected a column for the label and one for the text, found {}",
                          first_.size()));
    }
    const bool asked = !options_.label_column.empty() || !options_.text_column.empty();
    if (!header_ && !asked && is_imdb()) {
      return {0, 3, false, "without header, the columns label, rating, id and text of IMDB"};
    }
    Column label = by_option(options_.label_column, "label_column");
    Column text = by_option(options_.text_column, "text_column");
    if (!label && header_) label = by_name(label_names, "label");
    if (!text && header_) text = by_name(text_names, "text");
    complete(label, text);
    if (*label == *text)
      fail(1, fmt::format("column {} cannot be both label and text", *label + 1));
    return {*label, *text, header_, describe(*label, *text)};
  }

 private:
  [[noreturn]] void fail(std::size_t line, const std::string& message) const {
    throw FormatError(path_, line, message);
  }

  std::size_t data_begin() const { return header_ ? 1 : 0; }

  std::vector<string_view> values(std::size_t column, std::size_t begin) const {
    std::vector<string_view> values;
    for (std::size_t row = begin; row < records_.size(); ++row) {
      values.push_back(records_.field(row, column));
    }
    return values;
  }

  bool has_header() const {
    if (options_.header != Header::automatic) return options_.header == Header::yes;
    for (const auto* option : {&options_.label_column, &options_.text_column}) {
      if (!option->empty() && !integer(*option)) return true;
    }
    for (std::size_t c = 0; c < first_.size(); ++c) {
      if (!is_column_name(first_[c])) continue;
      const auto below = values(c, 1);
      if (std::find(below.begin(), below.end(), first_[c]) == below.end()) return true;
    }
    return false;
  }

  bool is_imdb() const {
    if (first_.size() != 4) return false;
    for (std::size_t row = 0; row < records_.size(); ++row) {
      const auto label = integer(records_.field(row, 0));
      const auto rating = integer(records_.field(row, 1));
      const bool fits = label && (*label == 0 || *label == 1) && rating && *rating >= 0 &&
                        *rating <= 10 && integer(records_.field(row, 2));
      if (!fits) return false;
    }
    return true;
  }

  Column by_option(const std::string& option, string_view name) const {
    if (option.empty()) return std::nullopt;
    if (header_) {
      for (std::size_t c = 0; c < first_.size(); ++c) {
        if (plain_name(first_[c]) == plain_name(option)) return c;
      }
    }
    const auto number = integer(option);
    if (number && *number >= 1 && *number <= static_cast<long>(first_.size())) {
      return static_cast<std::size_t>(*number) - 1;
    }
    if (number || !header_) {
      fail(1, fmt::format("{}: {} is not {}a number from 1 to {}", name, option,
                          header_ ? "a column's name or " : "", first_.size()));
    }
    fail(1, fmt::format("{}: the column \"{}\" is not one of {:.40}", name, option,
                        fmt::join(first_, ", ")));
  }

  template <class Names>
  Column by_name(const Names& names, string_view what) const {
    Column found;
    for (std::size_t c = 0; c < first_.size(); ++c) {
      if (!is_name(first_[c], names)) continue;
      if (found) {
        fail(1, fmt::format("expected one column with the {}, found both \"{}\" and \"{}\"{}", what,
                            first_[*found], first_[c], hint));
      }
      found = c;
    }
    return found;
  }

  /// Fills in what neither an option nor a name told.
  void complete(Column& label, Column& text) const {
    if (label && text) return;
    if (first_.size() > 2) {
      fail(1, fmt::format("found {} columns, and not which of them is the {}{}", first_.size(),
                          label  ? "text"
                          : text ? "label"
                                 : "label and which the text",
                          hint));
    }
    if (!label && !text) label = guess();
    if (!label) label = 1 - *text;
    if (!text) text = 1 - *label;
  }

  std::size_t guess() const {
    const auto left = values(0, data_begin());
    const auto right = values(1, data_begin());
    const bool left_fits = holds_labels(left);
    const bool right_fits = holds_labels(right);
    if (left_fits != right_fits) return left_fits ? 0 : 1;
    const std::size_t left_kinds = std::set<string_view>(left.begin(), left.end()).size();
    const std::size_t right_kinds = std::set<string_view>(right.begin(), right.end()).size();
    if (left_fits && 4 * left_kinds <= right_kinds) return 0;
    if (left_fits && 4 * right_kinds <= left_kinds) return 1;
    fail(1,
         fmt::format("either of two columns could be the label: column 1 has {} different values "
                     "on {} lines, column 2 has {}{}",
                     left_kinds, left.size(), right_kinds, hint));
  }

  std::string describe(std::size_t label, std::size_t text) const {
    if (header_) {
      return fmt::format("with header, label in column \"{}\", text in column \"{}\"",
                         first_[label], first_[text]);
    }
    return fmt::format("without header, label in column {}, text in column {}", label + 1,
                       text + 1);
  }

  const std::string& path_;
  const Records& records_;
  const DatasetOptions& options_;
  std::vector<string_view> first_;  // row
  bool header_;
};

}  // namespace

bool is_column_name(string_view field) {
  return is_name(field, label_names) || is_name(field, text_names);
}

bool holds_labels(const std::vector<string_view>& values) {
  std::set<string_view> kinds;
  bool integers = true;
  for (const auto value : values) {
    if (!kinds.insert(value).second) continue;
    if (kinds.size() > 100 || value.size() > 40) return false;
    integers = integers && integer(value);
  }
  return integers || 2 * kinds.size() <= values.size();
}

Columns choose_columns(const std::string& path, const Records& records,
                       const DatasetOptions& options) {
  return Chooser(path, records, options).run();
}

}  // namespace tapegrad::detail
