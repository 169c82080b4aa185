// Files of columns, before it is known what the columns are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad::detail {

/// One row of a file of columns.
struct Record {
  std::size_t line = 0;  ///< where it begins
  std::vector<std::string> fields;
};

/// The rows of tab-separated text, each with as many fields as the first. FormatError with the line
/// for an empty line or another number of fields.
std::vector<Record> read_tsv(const std::string& path, std::string_view content);

/// The rows of comma-separated text (RFC 4180: a field in double quotes may hold commas, line ends
/// and doubled quotes). FormatError as in read_tsv, and for a quote that is not closed or that
/// something other than a comma or a line end follows. Reads no more than `limit` rows.
std::vector<Record> read_csv(const std::string& path, std::string_view content,
                             std::size_t limit = std::string_view::npos);

}  // namespace tapegrad::detail
