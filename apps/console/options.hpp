// The options of a program as the help page, the manual page, completion and hints need them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace tapegrad::console {

/// The same check without the note that CLI11 would put into the help page, and with a message that
/// names the value and what is wanted.
CLI::Validator plain(const CLI::Validator& validator);

/// For `transform` of an option whose variable is an integer: takes whole numbers in decimal from
/// `least` to `most`. CLI11 alone makes the largest number of what is too large, and reads 010
/// as 8.
CLI::Validator whole_number(std::int64_t least,
                            std::int64_t most = std::numeric_limits<std::int64_t>::max());

/// Declares an option for a text to write into `file`: "-", of which /dev/stdout is another name,
/// is standard output, which then has nothing else.
CLI::Option* add_text_output(CLI::App& app, const char* name, std::string& file, const char* text);
/// For `check` of an option for pages, binary files and folders: refuses "-", which would be a file
/// of that name.
CLI::Validator no_standard_output();

/// One option, or an argument without a name before it.
struct OptionEntry {
  std::vector<std::string> names;  // "-h", "--help"; "MODEL" of an argument
  std::string value;               // "FILE", "adam|sgd", "N,..."; empty: a flag
  std::string text;                // what it does
  std::string preset;              // the default; empty: none, or the text tells it
  std::string group;
  bool argument = false;
  bool required = false;
  bool repeated = false;  // takes several values

  /// The long name, or that of the argument.
  const std::string& name() const { return names.back(); }
};

/// All options of a program: arguments first, then group by group, "General" last.
std::vector<OptionEntry> option_entries(const CLI::App& app);
/// The groups of these, in their order, without arguments.
std::vector<std::string> option_groups(const std::vector<OptionEntry>& entries);

/// What an option takes, read from its value: alternatives with | between, those in capitals are
/// placeholders (FILE and DIR for files and folders), the others words; ",..." behind them makes a
/// list: "frozen|thaw:N|newwords,...".
struct Choices {
  bool files = false;
  bool folders = false;
  bool list = false;
  bool open = false;               // a placeholder is among them: other values are allowed
  std::vector<std::string> words;  // "thaw:" of thaw:N
};
Choices choices(const std::string& value);

/// "[OPTION...] MODEL [FILE...]"
std::string usage(const std::vector<OptionEntry>& entries);
/// "-h, --help", "--top K", "FILE...".
std::string heading(const OptionEntry& entry);

}  // namespace tapegrad::console
