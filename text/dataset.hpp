// Labelled texts from files of many forms.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <tapegrad/core/array.hpp>
#include <tapegrad/text/bytes.hpp>
#include <vector>

namespace tapegrad {

/// Labelled texts.
struct Dataset {
  std::vector<std::string_view> texts;  ///< N texts as they stand in the file; they lie in `memory`
  std::vector<Index> labels;            ///< [N], positions in label_names
  std::vector<std::string> label_names;  ///< C names, as they stand in the file
  std::string form;                      ///< what the file was taken for, a phrase for people
  std::shared_ptr<const std::list<std::string>>
      memory;  ///< shared by copies, for the files are large
};

/// How the fields of a data file lie.
enum class DatasetForm {
  automatic,   ///< found out from the content
  label_text,  ///< a label, one space, the text
  tsv,         ///< columns separated by tabs, no quoting
  csv,         ///< columns separated by commas, quoted as in RFC 4180
  fasttext,    ///< __label__NAME, a space, the text
};

/// Whether the first line of a TSV or CSV file names the columns.
enum class Header { automatic, yes, no };

/// What cannot be seen from a file; the defaults find out what can.
struct DatasetOptions {
  std::string label_column = {};  ///< a name from the header, or a number from 1
  std::string text_column = {};   ///< the same
  DatasetForm form = DatasetForm::automatic;
  Header header = Header::automatic;
  ReadProgress progress = {};  ///< of a folder told as far as its files have been read
};

/// Reads labelled texts. `spec` is
/// - a file, plain, gzip or in a zip archive ("-" is standard input), in one of the forms of
/// DatasetForm;
/// - `NAME=FILE,NAME=FILE,...`: one file a class, one text a line, as the Cornell movie-review
///   sentences come;
/// - a directory with one sub-directory of .txt files a class, as IMDB's reviews come; `unsup` is
///   left out with a warning.
///
/// Columns of TSV and CSV files are taken by option, else by their names in the header (label,
/// sentiment, class, category, polarity, target; text, sentence, review, content, comment), else by
/// content: IMDB's four columns (label, rating, id, text), or two columns of which one has few
/// different short values.
///
/// Labels are numbered in the sorted order of their names, as numbers if all are numbers. With
/// `known_labels` (a training set's label_names) the numbers are theirs, and names not among them
/// are appended, sorted: label_names then has more entries than known_labels.
///
/// Lines end at LF, a CR before it is dropped; so is a byte order mark at the start. An empty text
/// is allowed. FormatError with line, expected and found for an empty file, an empty line, an empty
/// label, a missing or surplus column, an unclosed quote, several fastText labels on a line, and
/// for a file whose form or columns are not clear, with the option that settles it.
/// std::system_error for a file that cannot be read.
Dataset load_dataset(const std::string& spec, const DatasetOptions& options = {},
                     const std::vector<std::string>& known_labels = {});

}  // namespace tapegrad
