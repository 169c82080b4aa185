#include <tapegrad/text/records.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/input.hpp>
#include <utility>

namespace tapegrad::detail {
namespace {

/// The last row, which began on `line`, is complete.
void end_row(const std::string& path, std::size_t line, Records& records) {
  records.lines.push_back(line);
  const std::size_t found = records.fields.size() - (records.size() - 1) * records.columns;
  if (records.size() == 1) records.columns = found;
  if (found == records.columns) return;
  throw FormatError(
      path, line,
      fmt::format("expected {} columns, as on the first line, found {}", records.columns, found));
}

class CsvReader {
 public:
  CsvReader(const std::string& path, std::string_view content) : path_(path), content_(content) {}

  Records run(std::size_t limit) {
    while (at_ < content_.size() && records_.size() < limit) {
      if (line_end_length() > 0) {
        throw FormatError(path_, line_, "expected columns, found an empty line");
      }
      const std::size_t line = line_;
      row();
      end_row(path_, line, records_);
    }
    return std::move(records_);
  }

 private:
  void row() {
    while (true) {
      const bool quote = at_ < content_.size() && content_[at_] == '"';
      records_.fields.push_back(quote ? quoted() : plain());
      if (at_ == content_.size()) return;
      if (const std::size_t end = line_end_length(); end > 0) {
        at_ += end;
        ++line_;
        return;
      }
      ++at_;  // the comma
    }
  }

  /// The length of the line end that stands here, 0 if none does.
  std::size_t line_end_length() const {
    if (content_.substr(at_, 1) == "\n") return 1;
    return content_.substr(at_, 2) == "\r\n" ? 2 : 0;
  }

  std::string_view plain() {
    const std::size_t end = std::min(content_.find_first_of(",\n", at_), content_.size());
    std::string_view field = content_.substr(at_, end - at_);
    if (end < content_.size() && content_[end] == '\n' && field.ends_with('\r')) {
      field.remove_suffix(1);
    }
    at_ += field.size();
    return field;
  }

  std::string_view quoted() {
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
    return records_.unquoted.emplace_back(std::move(field));
  }

  const std::string& path_;
  std::string_view content_;
  Records records_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Records read_tsv(const std::string& path, std::string_view content) {
  Records records;
  std::string_view line;
  for (std::size_t number = 1; next_line(content, line); ++number) {
    if (line.empty()) throw FormatError(path, number, "expected columns, found an empty line");
    std::size_t begin = 0;
    for (std::size_t tab = 0; (tab = line.find('\t', begin)) != std::string_view::npos;) {
      records.fields.push_back(line.substr(begin, tab - begin));
      begin = tab + 1;
    }
    records.fields.push_back(line.substr(begin));
    end_row(path, number, records);
  }
  return records;
}

Records read_csv(const std::string& path, std::string_view content, std::size_t limit) {
  return CsvReader(path, content).run(limit);
}

}  // namespace tapegrad::detail
