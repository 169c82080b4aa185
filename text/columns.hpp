// Which column of a file is the label and which the text.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/text/dataset.hpp>
#include <tapegrad/text/records.hpp>
#include <vector>

namespace tapegrad::detail {

/// Where label and text stand, from 0.
struct Columns {
  std::size_t label = 0;
  std::size_t text = 0;
  bool header = false;
  std::string form;  ///< how they were found, for people, behind "TSV" or "CSV"
};

/// Whether a header calls the column of labels or of texts so: "label", " Text".
bool is_column_name(std::string_view field);

/// Whether few different, short values stand in a column, as labels do: at most 100 of at most 40
/// bytes, and each at least twice on average (integers also in a short file).
bool holds_labels(const std::vector<std::string_view>& values);

/// Chooses by options, header or content as load_dataset says. FormatError if that is not possible,
/// with the options that settle it. `records` is not empty.
Columns choose_columns(const std::string& path, const Records& records,
                       const DatasetOptions& options);

}  // namespace tapegrad::detail
