// Files of columns, before it is known what the columns are.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad::detail {

/// The rows of a file, all with as many fields.
struct Records {
  std::size_t columns = 0;
  std::vector<std::string_view> fields =
      {};                                ///< row by row; they lie in the content or in `unquoted`
  std::vector<std::size_t> lines = {};   ///< where each row begins, from 1
  std::list<std::string> unquoted = {};  ///< fields that the content has in another spelling

  std::size_t size() const { return lines.size(); }
  std::string_view field(std::size_t row, std::size_t column) const {
    return fields[row * columns + column];
  }
};

/// The rows of tab-separated text, each with as many fields as the first. FormatError with the line
/// for an empty line or another number of fields.
Records read_tsv(const std::string& path, std::string_view content);

/// The rows of comma-separated text (RFC 4180: a field in double quotes may hold commas, line ends
/// and doubled quotes). FormatError as in read_tsv, and for a quote that is not closed or that
/// something other than a comma or a line end follows. Reads no more than `limit` rows.
Records read_csv(const std::string& path, std::string_view content,
                 std::size_t limit = std::string_view::npos);

}  // namespace tapegrad::detail
