#include "hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>

#include "usage_errors.hpp"

namespace tapegrad::console {
namespace {

namespace fs = std::filesystem;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

// Where the way to a missing file ends, and what may be meant.
std::string hint_of_missing(const std::string& file) {
  std::error_code ignored;
  fs::path path = fs::path(file).lexically_normal();
  while (path.has_parent_path() && path.parent_path() != path &&
         !fs::exists(path.parent_path(), ignored)) {
    path = path.parent_path();
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (const auto meant = nearest(path.filename().string(), names_in(folder))) {
    const fs::path whole = path.has_parent_path() ? folder / *meant : fs::path(*meant);
    return fmt::format("did you mean {}?", whole.string());
  }
  if (path != fs::path(file).lexically_normal()) {
    return fmt::format("there is no folder {}", path.string());
  }
  if (path.filename().string().starts_with("glove.")) {
    return "scripts/get_data.sh glove, of the sources, downloads it";
  }
  return fs::path(file).is_absolute()
             ? fmt::format("there is no such name in {}", folder.string())
             : fmt::format("the name is looked up from {}", fs::current_path(ignored).string());
}

// Why a file cannot be made where nothing stands in its way, as in /proc.
std::string hint_of_place(const fs::path& file) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(file, ignored);
  const fs::path folder = fs::is_directory(whole, ignored) ? whole : whole.parent_path();
  if (!fs::exists(folder, ignored)) return fmt::format("mkdir -p '{}' makes it", folder.string());
  return fmt::format("no files can be made in {}; write to another place", folder.string());
}

std::string hint_of_system(const std::system_error& error, const std::string& program) {
  const std::string text = error.what();
  const auto* const of_path = dynamic_cast<const fs::filesystem_error*>(&error);
  const std::string file =
      of_path != nullptr ? of_path->path1().string() : text.substr(0, text.find(": cannot "));
  if (error.code() == std::errc::no_such_file_or_directory) {
    const bool made = has(text, ": cannot write") || has(text, "cannot create director");
    if (made) return hint_of_place(file);
    if (fs::path(file).filename() != "config.json") return hint_of_missing(file);
    const bool sequences = program == "train_seq2seq";
    return fmt::format("a folder that {} --out has written is wanted",
                       sequences ? program : "train_sentiment");
  }
  if (error.code() == std::errc::read_only_file_system) {
    return "that place can only be read; write to another one";
  }
  if (error.code() == std::errc::permission_denied) {
    fs::path there = fs::absolute(file);
    std::error_code ignored;
    while (!fs::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
    return fmt::format("you may not do that there; ls -ld '{}' tells who may", there.string());
  }
  if (error.code() == std::errc::no_space_on_device) {
    return "free some space there, or write to another place";
  }
  if (error.code() == std::errc::is_a_directory) return "that is a folder, a file is wanted";
  if (error.code() == std::errc::not_a_directory) return "a file stands where a folder is wanted";
  return {};
}

// What goes with the words of a message.
struct KnownText {
  const char* part;
  const char* option;  // that the program must have; nullptr: none
  const char* hint;
};

constexpr std::array known_texts{
    KnownText{"expected LABEL TEXT", "--form",
              "the file was taken for a label, a space and the text on each line; --form says what "
              "it is if it is not: tsv, csv or fasttext"},
    KnownText{"expected __label__NAME", "--form",
              "the file was taken for fastText's form; --form says what it is if it is not: "
              "label-text, tsv or csv"},
    KnownText{"expected a source, a tab and a target", nullptr,
              "each line is a source, one tab and its target; \"cat -A FILE\" shows tabs as ^I"},
    KnownText{"expected a finite number as value", "--malformed-vectors",
              "--malformed-vectors skip leaves such entries out"},
    KnownText{"expected a word and", "--malformed-vectors",
              "--malformed-vectors skip leaves such lines out; many of them mean that the file is "
              "cut, or no file of vectors"},
    KnownText{"damaged or incomplete gzip", nullptr,
              "the file was not copied or downloaded whole; \"gzip -t FILE\" checks it"},
    KnownText{"damaged or incomplete zip", nullptr,
              "the file was not copied or downloaded whole; \"unzip -t FILE\" checks it"},
    KnownText{
        "; resume with the same options", "--resume",
        "a training cannot be made longer or changed; another --resume DIR with more --epochs, "
        "or other options, begins anew"},
    KnownText{"is the checkpoint of another training", "--resume",
              "--resume DIR goes on with it; another --checkpoint DIR begins beside it"},
    KnownText{"another process is writing its checkpoints", "--checkpoint",
              "wait for it, or give another folder"},
    KnownText{"expected columns, found an empty line", nullptr,
              "sed -i '/^$/d' FILE takes empty lines out"},
    KnownText{"expected a sub-directory for each class", "--train",
              "files of texts, one a class, are named with their classes: "
              "--train neg=FILE,pos=FILE"},
    KnownText{"training diverged", "--lr",
              "--clip-norm 1 keeps the steps small, and a smaller --lr"},
    KnownText{
        "none of the words has one", "--vectors",
        "is the file of --vectors in the language of the texts, and one of vectors? Each line "
        "is a word and its numbers"},
    KnownText{"begin with word vectors", "--vectors",
              "--embeddings random trains without any; scripts/get_data.sh glove, of the sources, "
              "downloads some"},
    KnownText{"too few different sources", "--held-out",
              "--dev FILE and --test FILE name pairs of their own"},
    KnownText{"units is missing", "--model",
              "that is a model of train_sentiment; classify takes it"},
    KnownText{"config.json: model: \"seq2seq\" is not one of", nullptr,
              "that is a model of train_seq2seq; train_seq2seq --model DIR takes it"},
};

std::string hint_of_text(const std::string& text, const CLI::App& app) {
  for (const KnownText& known : known_texts) {
    const bool fits = known.option == nullptr || app.get_option_no_throw(known.option) != nullptr;
    if (fits && has(text, known.part)) return known.hint;
  }
  return {};
}

// What the library calls a field of its options where it tells of a file, and what the user has.
struct Field {
  std::string_view text;
  const char* option;
};

constexpr std::array fields{
    Field{"label_column: ", "--label-column: "},
    Field{"text_column: ", "--text-column: "},
    Field{"the columns with label_column and text_column",
          "the columns with --label-column and --text-column"},
    Field{"one with the option form (", "one with --form ("},
};

std::string naming_fields(std::string text) {
  for (const Field& field : fields) {
    const std::size_t at = text.find(field.text);
    if (at != std::string::npos) return text.replace(at, field.text.size(), field.option);
  }
  return text;
}

// "WHO: "VALUE" is not one of A, B, C": which of them is meant.
std::string hint_of_list(const std::string& text) {
  constexpr std::string_view between = "\" is not one of ";
  const std::size_t end = text.find(between);
  if (end == std::string::npos || end == 0) return {};
  const std::size_t begin = text.rfind('"', end - 1);
  if (begin == std::string::npos) return {};
  std::vector<std::string> words;
  std::string_view rest = std::string_view(text).substr(end + between.size());
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(", "), rest.size());
    words.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 2, rest.size()));
  }
  const auto meant = nearest(text.substr(begin + 1, end - begin - 1), words);
  return meant ? fmt::format("did you mean {}?", *meant) : "";
}

std::string hint_of_folder(const std::string& text) {
  constexpr std::string_view before = ": the folder ";
  constexpr std::string_view after = " does not exist";
  const std::size_t begin = text.find(before);
  const std::size_t end = text.rfind(after);
  if (begin == std::string::npos || end == std::string::npos) return {};
  const std::size_t from = begin + before.size();
  return fmt::format("mkdir -p '{}' makes it", text.substr(from, end - from));
}

bool wants_memory(const std::string& text) {
  return has(text, " needs ") && has(text, " are available");
}

}  // namespace

Complaint complaint(const std::exception& error, const CLI::App& app, const Manual& manual) {
  if (const auto* usage = dynamic_cast<const CLI::ParseError*>(&error)) {
    return usage_complaint(*usage, app);
  }
  const std::string text = naming_fields(error.what());
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return {"out of memory", manual.less_memory};
  }
  if (wants_memory(text)) return {text, manual.less_memory};
  if (const auto* of_path = dynamic_cast<const fs::filesystem_error*>(&error)) {
    return {fmt::format("{}: {}", of_path->path1().string(), of_path->code().message()),
            hint_of_system(*of_path, app.get_name())};
  }
  if (const auto* system = dynamic_cast<const std::system_error*>(&error)) {
    return {text, hint_of_system(*system, app.get_name())};
  }
  for (std::string hint : {hint_of_text(text, app), hint_of_list(text), hint_of_folder(text)}) {
    if (!hint.empty()) return {text, std::move(hint)};
  }
  return {text, ""};
}

}  // namespace tapegrad::console
