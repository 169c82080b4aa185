#include "usage_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "options.hpp"

namespace tapegrad::console {
namespace {

std::string see_help(const CLI::App& app) {
  return fmt::format("{} --help shows all options", app.get_name());
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const OptionEntry& entry : option_entries(app)) {
    if (!entry.argument) names.push_back(entry.name());
  }
  return names;
}

// What was on the command line and is no option, nor the value of one.
std::optional<std::string> left_over(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining();
  const auto option = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word.size() > 1 && word[0] == '-';
  });
  if (option != words.end()) return option->substr(0, option->find('='));
  if (words.empty()) return std::nullopt;
  return words.front();
}

Complaint of_left_over(const std::string& word, const CLI::App& app) {
  if (!word.starts_with('-')) {
    return {fmt::format("\"{}\": unexpected argument", word),
            fmt::format("usage: {} {}", app.get_name(), usage(option_entries(app)))};
  }
  const auto meant = nearest(word, option_names(app));
  return {fmt::format("{}: unknown option", word),
          meant ? fmt::format("did you mean {}?", *meant) : see_help(app)};
}

// The option that an error of CLI11 is about: its text begins with the name.
std::optional<OptionEntry> option_of(const CLI::App& app, const std::string& text) {
  for (const OptionEntry& entry : option_entries(app)) {
    for (const std::string& name : entry.names) {
      if (text.starts_with(name + ":") || text.starts_with(name + " ")) return entry;
    }
  }
  return std::nullopt;
}

// The values that were given to an option.
std::vector<std::string> values_of(const CLI::App& app, const OptionEntry& entry) {
  const CLI::Option* const option = app.get_option_no_throw(entry.name());
  return option == nullptr ? std::vector<std::string>() : option->results();
}

Complaint of_choice(const OptionEntry& entry, const std::string& value, const Choices& allowed) {
  const auto meant = nearest(value, allowed.words);
  return {fmt::format("{}: \"{}\" is not one of {}", entry.name(), value, joined(allowed.words)),
          meant ? fmt::format("did you mean {} {}?", entry.name(), *meant) : ""};
}

Complaint of_value(const OptionEntry& entry, const std::string& text, const CLI::App& app) {
  const Choices allowed = choices(entry.value);
  const std::vector<std::string> values = values_of(app, entry);
  for (const std::string& value : values) {
    const auto& words = allowed.words;
    const bool known = std::find(words.begin(), words.end(), value) != words.end();
    if (!allowed.open && !words.empty() && !known) return of_choice(entry, value, allowed);
  }
  const std::string takes = fmt::format("{}: {}", heading(entry), entry.text);
  if (text.starts_with(entry.name() + ": \"")) return {text, takes};  // of console::plain
  const char* const wrong = entry.value.empty() ? "neither true nor false" : "no value of it";
  return {fmt::format("{}: \"{}\" is {}", entry.name(), fmt::join(values, " "), wrong), takes};
}

// Too many values, or too few.
Complaint of_count(const OptionEntry& entry, const std::string& text, const CLI::App& app) {
  const CLI::Option* const option = app.get_option_no_throw(entry.name());
  const int wanted = option == nullptr ? 1 : option->get_items_expected_max();
  const std::size_t found = values_of(app, entry).size();
  const std::string takes = fmt::format("{}: {}", heading(entry), entry.text);
  if (wanted > 1 && found > 0) {
    return {
        fmt::format("{}: takes {} values, {}, found {}", entry.name(), wanted, entry.value, found),
        takes};
  }
  if (text.find("At Most") != std::string::npos) {
    return {fmt::format("{}: was given twice", entry.name()), ""};
  }
  return {fmt::format("{}: needs a value, {}", entry.name(), entry.value), takes};
}

}  // namespace

Complaint usage_complaint(const CLI::ParseError& error, const CLI::App& app) {
  if (const auto word = left_over(app)) return of_left_over(*word, app);
  const std::string name = error.get_name();
  std::string text = error.what();
  if (constexpr std::string_view before = "Could not convert: "; text.starts_with(before)) {
    text.erase(0, before.size());
  }
  const auto entry = option_of(app, text);
  if (!entry) return {text, see_help(app)};
  if (name == "ValidationError" || name == "ConversionError") return of_value(*entry, text, app);
  if (name == "ArgumentMismatch") return of_count(*entry, text, app);
  if (name == "RequiredError") {
    return {entry->name() + " is required",
            fmt::format("usage: {} {}", app.get_name(), usage(option_entries(app)))};
  }
  return {text, ""};
}

}  // namespace tapegrad::console
