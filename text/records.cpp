#include <tapegrad/text/records.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/input.hpp>

namespace tapegrad::detail {
namespace {

void check_columns(const std::string& path, const std::vector<Record>& records) {
  const std::size_t expected = records.front().fields.size();
  const std::size_t found = records.back().fields.size();
  if (found == expected) return;
  throw FormatError(
      path, records.back().line,
      fmt::format("expected {} columns, as on the first line, found {}", expected, found));
}

class CsvReader {
 public:
  CsvReader(const std::string& path, std::string_view content) : path_(path), content_(content) {}

  std::vector<Record> run(std::size_t limit) {
    std::vector<Record> records;
    while (at_ < content_.size() && records.size() < limit) {
      if (line_end_length() > 0) {
        throw FormatError(path_, line_, "expected columns, found an empty line");
      }
      records.push_back(record());
      check_columns(path_, records);
    }
    return records;
  }

 private:
  Record record() {
    Record record{line_, {}};
    while (true) {
      record.fields.push_back(at_ < content_.size() && content_[at_] == '"' ? quoted() : plain());
      if (at_ == content_.size()) return record;
      if (const std::size_t end = line_end_length(); end > 0) {
        at_ += end;
        ++line_;
        return record;
      }
      ++at_;  // the comma
    }
  }

  /// The length of the line end that stands here, 0 if none does.
  std::size_t line_end_length() const {
    if (content_.substr(at_, 1) == "\n") return 1;
    return content_.substr(at_, 2) == "\r\n" ? 2 : 0;
  }

  std::string plain() {
    const std::size_t end = std::min(content_.find_first_of(",\n", at_), content_.size());
    std::string_view field = content_.substr(at_, end - at_);
    if (end < content_.size() && content_[end] == '\n' && field.ends_with('\r')) {
      field.remove_suffix(1);
    }
    at_ += field.size();
    return std::string(field);
  }

  std::string quoted() {
    const std::size_t opened = line_;
    std::string field;
    ++at_;
    while (true) {
      const std::size_t quote = content_.find('"', at_);
      if (quote == std::string_view::npos) {
        throw FormatError(path_, opened, "expected a closing quote, found the end of the file");
      }
      const std::string_view part = content_.substr(at_, quote - at_);
      line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
      field += part;
      at_ = quote + 1;
      if (content_.substr(at_, 1) != "\"") break;
      field.push_back('"');
      ++at_;
    }
    if (at_ < content_.size() && content_[at_] != ',' && line_end_length() == 0) {
      throw FormatError(path_, line_,
                        fmt::format("expected a comma or a line end behind the closing quote, "
                                    "found \"{}\" (a quote inside quotes is written twice)",
                                    content_.substr(at_, 1)));
    }
    return field;
  }

  const std::string& path_;
  std::string_view content_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::vector<Record> read_tsv(const std::string& path, std::string_view content) {
  std::vector<Record> records;
  std::string_view line;
  for (std::size_t number = 1; next_line(content, line); ++number) {
    if (line.empty()) throw FormatError(path, number, "expected columns, found an empty line");
    Record& record = records.emplace_back();
    record.line = number;
    std::size_t begin = 0;
    for (std::size_t tab = 0; (tab = line.find('\t', begin)) != std::string_view::npos;) {
      record.fields.emplace_back(line.substr(begin, tab - begin));
      begin = tab + 1;
    }
    record.fields.emplace_back(line.substr(begin));
    check_columns(path, records);
  }
  return records;
}

std::vector<Record> read_csv(const std::string& path, std::string_view content, std::size_t limit) {
  return CsvReader(path, content).run(limit);
}

}  // namespace tapegrad::detail
