#include <tapegrad/text/dataset_forms.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/columns.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/records.hpp>

namespace tapegrad::detail {
namespace {

using std::string_view;

constexpr string_view prefix = "__label__";
constexpr std::size_t sample_lines = 1000;

/// Lines from the front of the content, enough to tell its form.
std::vector<string_view> sample(string_view content) {
  std::vector<string_view> lines;
  string_view line;
  while (lines.size() < sample_lines && next_line(content, line)) lines.push_back(line);
  return lines;
}

bool ends_with(string_view path, string_view ending) {
  if (path.ends_with(".gz")) path.remove_suffix(3);
  return path.ends_with(ending);
}

/// Whether lines begin with a label and a space. A few may not: reading reports them by line.
bool looks_like_label_text(const std::vector<string_view>& lines) {
  std::vector<string_view> firsts;
  for (const auto line : lines) {
    const std::size_t space = line.find(' ');
    if (space != 0 && space != string_view::npos) firsts.push_back(line.substr(0, space));
  }
  return 4 * firsts.size() >= 3 * lines.size() && holds_labels(firsts);
}

/// Whether the first records are comma-separated columns that make sense.
bool looks_like_csv(const std::string& path, string_view content, const DatasetOptions& options) {
  try {
    choose_columns(path, read_csv(path, content, sample_lines), options);
    return true;
  } catch (const FormatError&) {
    return false;
  }
}

DatasetForm find_form(const std::string& path, string_view content, const DatasetOptions& options) {
  const auto lines = sample(content);
  if (lines.front().starts_with(prefix)) return DatasetForm::fasttext;
  if (ends_with(path, ".csv")) return DatasetForm::csv;
  if (ends_with(path, ".tsv") || lines.front().find('\t') != string_view::npos) {
    return DatasetForm::tsv;
  }
  const bool asked = !options.label_column.empty() || !options.text_column.empty() ||
                     options.header == Header::yes;
  const bool label_text = !asked && looks_like_label_text(lines);
  const bool csv = looks_like_csv(path, content, options);
  if (label_text && !csv) return DatasetForm::label_text;
  if (csv && !label_text) return DatasetForm::csv;
  if (asked) return DatasetForm::csv;
  throw FormatError(
      path, 1,
      fmt::format("the form of the file is not clear: {}; choose one with the option form "
                  "(label-text, tsv, csv, fasttext), or give NAME=FILE,NAME=FILE for files with "
                  "one class each. The first line is \"{:.60}\"",
                  label_text ? "both LABEL TEXT and CSV fit"
                             : "no label before a space, no tab, no comma-separated columns",
                  lines.front()));
}

LabelledTexts read_label_text(const std::string& path, string_view content) {
  LabelledTexts result;
  result.form = "label, a space and the text on each line";
  string_view line;
  for (std::size_t number = 1; next_line(content, line); ++number) {
    if (line.empty()) throw FormatError(path, number, "expected LABEL TEXT, found an empty line");
    const std::size_t space = line.find(' ');
    if (space == 0) throw FormatError(path, number, "expected a label, found a space");
    if (space == string_view::npos) {
      throw FormatError(path, number,
                        fmt::format("expected LABEL TEXT, found no space in \"{:.60}\"", line));
    }
    result.labels.push_back(line.substr(0, space));
    result.texts.push_back(line.substr(space + 1));
  }
  return result;
}

/// Whether a word of the text is a further fastText label.
bool has_label(string_view text) {
  for (std::size_t at = 0; (at = text.find(prefix, at)) != string_view::npos; ++at) {
    if (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t') return true;
  }
  return false;
}

LabelledTexts read_fasttext(const std::string& path, string_view content) {
  LabelledTexts result;
  result.form = "fastText's form, __label__NAME before the text";
  string_view line;
  for (std::size_t number = 1; next_line(content, line); ++number) {
    if (!line.starts_with(prefix)) {
      throw FormatError(path, number,
                        line.empty()
                            ? "expected __label__NAME TEXT, found an empty line"
                            : fmt::format("expected __label__NAME TEXT, found \"{:.60}\"", line));
    }
    line.remove_prefix(prefix.size());
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    if (end == 0) throw FormatError(path, number, "expected a name behind __label__, found none");
    const string_view text = line.substr(std::min(end + 1, line.size()));
    if (has_label(text)) {
      throw FormatError(path, number,
                        "expected one __label__ on a line, found several; keep one of them, or "
                        "repeat the line for each");
    }
    result.labels.push_back(line.substr(0, end));
    result.texts.push_back(text);
  }
  return result;
}

LabelledTexts take_columns(const std::string& path, Records records, const DatasetOptions& options,
                           string_view name) {
  const Columns columns = choose_columns(path, records, options);
  LabelledTexts result;
  result.form = fmt::format("{} {}", name, columns.form);
  for (std::size_t row = columns.header ? 1 : 0; row < records.size(); ++row) {
    const string_view label = records.field(row, columns.label);
    if (label.empty()) {
      throw FormatError(
          path, records.lines[row],
          fmt::format("expected a label in column {}, found it empty", columns.label + 1));
    }
    result.labels.push_back(label);
    result.texts.push_back(records.field(row, columns.text));
  }
  if (result.texts.empty())
    throw FormatError(path, 2, "expected data behind the header, found none");
  result.memory = std::move(records.unquoted);
  return result;
}

LabelledTexts take_apart(const std::string& path, string_view content,
                         const DatasetOptions& options) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  if (content.empty()) throw FormatError(path, 0, "expected labelled texts, found an empty file");
  const DatasetForm form =
      options.form == DatasetForm::automatic ? find_form(path, content, options) : options.form;
  switch (form) {
    case DatasetForm::tsv:
      return take_columns(path, read_tsv(path, content), options, "TSV");
    case DatasetForm::csv:
      return take_columns(path, read_csv(path, content), options, "CSV");
    case DatasetForm::fasttext:
      return read_fasttext(path, content);
    case DatasetForm::label_text:
    case DatasetForm::automatic:
      break;
  }
  return read_label_text(path, content);
}

}  // namespace

LabelledTexts read_form(const std::string& path, std::string content,
                        const DatasetOptions& options) {
  std::list<std::string> kept;
  kept.push_back(std::move(content));
  LabelledTexts result = take_apart(path, kept.back(), options);
  result.memory.splice(result.memory.end(), kept);
  return result;
}

}  // namespace tapegrad::detail
