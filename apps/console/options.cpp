#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace tapegrad::console {
namespace {

// What CLI11 calls the values that a check accepts, as people say it.
std::string wanted(const std::string& description) {
  if (description == "POSITIVE") return "a number above 0";
  if (description == "NONNEGATIVE") return "a number, 0 or more";
  if (description == "NUMBER") return "a number";
  const std::size_t begin = description.find('[');  // "FLOAT in [0 - 1]"
  const std::size_t end = description.find(']');
  if (begin != std::string::npos && end != std::string::npos) {
    std::string range = description.substr(begin + 1, end - begin - 1);
    if (const std::size_t dash = range.find(" - "); dash != std::string::npos) {
      range.replace(dash, 3, " to ");
    }
    return "a number from " + range;
  }
  return {};
}

// What whole_number takes; an upper bound that is only the type's is told to who has gone past it.
std::string whole_range(std::int64_t least, std::int64_t most, bool too_large) {
  const bool bounded = most < std::numeric_limits<std::int64_t>::max();
  if (bounded || too_large) return fmt::format("a whole number from {} to {}", least, most);
  return least == 1 ? "a whole number above 0" : fmt::format("a whole number, {} or more", least);
}

// "[frozen,random]" is how CLI11 shows a list.
std::string preset_of(const CLI::Option& option) {
  std::string text = option.get_default_str();
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  entry.argument = option.get_positional();
  if (entry.argument) {
    entry.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
  }
  const bool flag = option.get_items_expected_max() == 0;
  if (!flag) entry.value = option.get_type_name();
  entry.text = option.get_description();
  if (!flag) entry.preset = preset_of(option);
  entry.group = option.get_group();
  entry.required = option.get_required();
  entry.repeated = option.get_expected_max() > std::max(1, option.get_expected_min()) &&
                   option.get_delimiter() == '\0';
  return entry;
}

bool is_placeholder(std::string_view word) {
  return !word.empty() && std::none_of(word.begin(), word.end(),
                                       [](unsigned char c) { return std::islower(c) != 0; });
}

void add_choice(std::string_view word, Choices& choices) {
  if (word == "FILE" || word == "DIR") {
    (word == "FILE" ? choices.files : choices.folders) = true;
    choices.open = true;
    return;
  }
  if (is_placeholder(word) && word != "-") {
    choices.open = true;
    return;
  }
  if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
    word = word.substr(0, colon + 1);  // of thaw:N
  }
  choices.words.emplace_back(word);
}

}  // namespace

CLI::Validator plain(const CLI::Validator& validator) {
  const std::string what = wanted(validator.get_description());
  CLI::Validator check = validator;
  if (!what.empty()) {
    check.operation([validator, what](std::string& value) {
      const bool fits =
          validator(value).empty() && !std::isnan(std::strtod(value.c_str(), nullptr));
      return fits ? std::string() : fmt::format("\"{}\" is not {}", value, what);
    });
  }
  check.description("");
  return check;
}

CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  const auto take = [least, most](std::string& text) -> std::string {
    std::int64_t value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc() && end == last && value >= least && value <= most) {
      text = std::to_string(value);
      return {};
    }
    const bool too_large = error == std::errc::result_out_of_range && text.front() != '-';
    return fmt::format("\"{}\" is not {}", text, whole_range(least, most, too_large));
  };
  return {take, ""};
}

CLI::Option* add_text_output(CLI::App& app, const char* name, std::string& file, const char* text) {
  const auto take = [](std::string& value) {
    if (value == "/dev/stdout") value = "-";
    return std::string();
  };
  const std::string whole = fmt::format("{}; - is standard output, and then nothing else is", text);
  return app.add_option(name, file, whole)->transform(CLI::Validator(take, ""))->type_name("FILE");
}

CLI::Validator no_standard_output() {
  const auto refuse = [](const std::string& value) {
    if (value != "-") return std::string();
    return std::string("\"-\" is standard output, which cannot take this; ./- is a name");
  };
  return {refuse, ""};
}

std::vector<OptionEntry> option_entries(const CLI::App& app) {
  std::vector<OptionEntry> entries;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) entries.push_back(entry_of(*option));
  }
  std::vector<std::string> groups = option_groups(entries);
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group != "General"; });
  const auto rank = [&](const OptionEntry& entry) {
    return entry.argument ? groups.begin() - 1
                          : std::find(groups.begin(), groups.end(), entry.group);
  };
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const OptionEntry& a, const OptionEntry& b) { return rank(a) < rank(b); });
  return entries;
}

std::vector<std::string> option_groups(const std::vector<OptionEntry>& entries) {
  std::vector<std::string> groups;
  for (const OptionEntry& entry : entries) {
    const bool known = std::find(groups.begin(), groups.end(), entry.group) != groups.end();
    if (!entry.argument && !known) groups.push_back(entry.group);
  }
  return groups;
}

Choices choices(const std::string& value) {
  Choices choices;
  std::string_view rest = value;
  if (rest.ends_with(",...")) {
    choices.list = true;
    rest.remove_suffix(4);
  }
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    add_choice(rest.substr(0, bar), choices);
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return choices;
}

std::string usage(const std::vector<OptionEntry>& entries) {
  std::string text = "[OPTION...]";
  for (const OptionEntry& entry : entries) {
    if (!entry.argument && !entry.required) continue;
    const std::string name = heading(entry);
    text += entry.required ? " " + name : fmt::format(" [{}]", name);
  }
  return text;
}

std::string heading(const OptionEntry& entry) {
  if (entry.argument) return entry.name() + (entry.repeated ? "..." : "");
  std::string text = fmt::format("{}", fmt::join(entry.names, ", "));
  if (!entry.value.empty()) text += " " + entry.value + (entry.repeated ? "..." : "");
  return text;
}

}  // namespace tapegrad::console
