#include <tapegrad/text/dataset.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/dataset_forms.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/utf8.hpp>
#include <utility>

namespace tapegrad {
namespace {

namespace fs = std::filesystem;
using detail::LabelledTexts;
using std::string_view;

/// NAME=FILE,NAME=FILE as pairs.
std::vector<std::pair<std::string, std::string>> class_files(const std::string& spec) {
  std::vector<std::pair<std::string, std::string>> files;
  for (std::size_t begin = 0; begin <= spec.size();) {
    const std::size_t end = std::min(spec.find(',', begin), spec.size());
    const std::string part = spec.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
      throw FormatError(spec, 0, fmt::format("expected NAME=FILE,NAME=FILE, found \"{}\"", part));
    }
    files.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    const auto& name = files.back().first;
    if (std::count_if(files.begin(), files.end(), [&](const auto& f) { return f.first == name; }) >
        1) {
      throw FormatError(spec, 0,
                        fmt::format("expected one file a class, found \"{}\" twice", name));
    }
    begin = end + 1;
  }
  return files;
}

LabelledTexts read_class_files(const std::string& spec, const ReadProgress& progress) {
  LabelledTexts result;
  const auto files = class_files(spec);
  for (const auto& [class_name, path] : files) {
    const string_view name = result.keep(class_name);
    string_view rest = result.keep(read_text(path, progress));
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    if (rest.empty()) throw FormatError(path, 0, "expected texts, found an empty file");
    string_view line;
    for (std::size_t number = 1; next_line(rest, line); ++number) {
      if (line.empty()) throw FormatError(path, number, "expected a text, found an empty line");
      result.labels.push_back(name);
      result.texts.push_back(line);
    }
  }
  result.form = fmt::format("{} files, one a class, one text a line", files.size());
  return result;
}

constexpr string_view directory_hint =
    "; give the directory whose sub-directories are the classes (such as train)";

/// What a directory holds, sorted by name.
std::vector<fs::path> listing(const fs::path& directory) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_text_file(const fs::path& path) {
  return path.string().ends_with(".txt") || path.string().ends_with(".txt.gz");
}

/// The text of a file that holds nothing else.
std::string read_one_text(const fs::path& path) {
  std::string text = read_text(path.string());
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

/// The texts of all files, which all threads read. What is told of their bytes in all is an
/// estimate: to ask for the size of each takes as long as to read it.
std::vector<std::string> read_texts(const fs::path& directory, const std::vector<fs::path>& files,
                                    const ReadProgress& progress) {
  constexpr std::size_t at_once = 1024;
  std::vector<std::string> texts(files.size());
  ReadAmount amount;
  for (std::size_t begin = 0; begin < files.size(); begin += at_once) {
    const std::size_t count = std::min(at_once, files.size() - begin);
    parallel_for(count, [&](std::size_t i) { texts[begin + i] = read_one_text(files[begin + i]); });
    if (!progress) continue;
    for (std::size_t i = begin; i < begin + count; ++i) amount.done += texts[i].size();
    amount.total = amount.done / (begin + count) * files.size();
    progress(directory.string(), amount);
  }
  return texts;
}

/// Adds the texts of one class's directory.
void read_class_directory(const fs::path& directory, const ReadProgress& progress,
                          LabelledTexts& result) {
  std::vector<fs::path> files;
  std::size_t others = 0;
  for (const auto& path : listing(directory)) {
    if (fs::is_directory(path)) {
      throw FormatError(directory.string(), 0,
                        fmt::format("expected the .txt files of a class, found the directory "
                                    "\"{}\"{}",
                                    path.filename().string(), directory_hint));
    }
    if (is_text_file(path)) {
      files.push_back(path);
    } else {
      ++others;
    }
  }
  for (std::string& text : read_texts(directory, files, progress))
    result.texts.push_back(result.keep(std::move(text)));
  result.labels.resize(result.texts.size(), result.keep(directory.filename().string()));
  if (files.empty()) {
    throw FormatError(directory.string(), 0,
                      fmt::format("expected .txt files, one a text, found none{}", directory_hint));
  }
  if (others > 0) {
    warn(
        fmt::format("{}: entries left out that are no .txt files: {}", directory.string(), others));
  }
}

LabelledTexts read_directory(const std::string& spec, const ReadProgress& progress) {
  LabelledTexts result;
  std::vector<std::string> classes;
  for (const auto& path : listing(spec)) {
    if (!fs::is_directory(path)) continue;
    if (path.filename() == "unsup") {
      warn(fmt::format("{}: left out, its texts have no labels", path.string()));
      continue;
    }
    read_class_directory(path, progress, result);
    classes.push_back(path.filename().string());
  }
  if (classes.empty()) {
    throw FormatError(spec, 0, "expected a sub-directory for each class, found none");
  }
  result.form =
      fmt::format("directory with a .txt file for each text, classes {}", fmt::join(classes, ", "));
  return result;
}

LabelledTexts read(const std::string& spec, const DatasetOptions& options) {
  std::error_code ignored;
  if (spec != "-" && fs::is_directory(spec, ignored)) return read_directory(spec, options.progress);
  if (spec.find('=') != std::string::npos && !fs::exists(spec, ignored)) {
    return read_class_files(spec, options.progress);
  }
  return detail::read_form(spec, read_text(spec, options.progress), options);
}

bool as_number(string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

void sort_labels(std::vector<std::string>& names) {
  double value = 0;
  const bool numbers = std::all_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return as_number(name, value); });
  std::sort(names.begin(), names.end(), [numbers](const std::string& a, const std::string& b) {
    double x = 0;
    double y = 0;
    if (!numbers || !as_number(a, x) || !as_number(b, y) || x == y) return a < b;
    return x < y;
  });
}

/// Numbers the labels, those of `known` first.
Dataset number_labels(const std::string& spec, LabelledTexts&& read,
                      const std::vector<std::string>& known) {
  std::map<string_view, Index> ids;
  for (const auto& name : known) ids.emplace(name, static_cast<Index>(ids.size()));
  if (ids.size() != known.size()) {
    throw std::invalid_argument("load_dataset: known_labels holds a name twice");
  }
  std::vector<std::string> fresh;
  for (const auto label : read.labels) {
    if (ids.emplace(label, -1).second) fresh.emplace_back(label);
  }
  sort_labels(fresh);
  std::vector<std::string> names = known;
  for (const auto& name : fresh) {
    ids[name] = static_cast<Index>(names.size());
    names.push_back(name);
  }
  std::vector<Index> labels;
  for (const auto label : read.labels) labels.push_back(ids.find(label)->second);
  if (!known.empty() && !fresh.empty()) {
    warn(fmt::format("{}: labels that the training data does not have: {}", spec,
                     fmt::join(fresh, ", ")));
  }
  return {std::move(read.texts), std::move(labels), std::move(names), std::move(read.form),
          std::make_shared<const std::list<std::string>>(std::move(read.memory))};
}

// Characters of such texts are not those that were written; the rest of them can be used.
void warn_not_utf8(const std::string& spec, const std::vector<string_view>& texts) {
  std::size_t count = 0, first = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (detail::first_not_utf8(texts[i]) == texts[i].size()) continue;
    if (++count == 1) first = i;
  }
  if (count == 0) return;
  warn(
      fmt::format("{}: texts that are not UTF-8: {} of {}, the first is \"{:.60}\"; of Latin-1 "
                  "files \"iconv -f latin1 -t utf-8\" makes some that are",
                  spec, count, texts.size(), texts[first]));
}

}  // namespace

Dataset load_dataset(const std::string& spec, const DatasetOptions& options,
                     const std::vector<std::string>& known_labels) {
  Dataset data = number_labels(spec, read(spec, options), known_labels);
  warn_not_utf8(spec, data.texts);
  return data;
}

}  // namespace tapegrad
