#include "help.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "color.hpp"
#include "options.hpp"

namespace tapegrad::console {
namespace {

constexpr std::size_t indent = 2;

// The number of characters, not bytes.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// Puts the page together.
class Page {
 public:
  explicit Page(std::size_t columns) : columns_(std::clamp<std::size_t>(columns, 40, 100)) {}

  void heading(const std::string& title) {
    text_ += "\n" + styled(STDOUT_FILENO, Style::bold, title + ":") + "\n";
  }
  void line(const std::string& line) { text_ += line + "\n"; }
  void paragraph(const std::string& paragraph, std::size_t margin = 0) {
    for (const std::string& line : wrapped(paragraph, columns_ - margin)) {
      text_ += std::string(margin, ' ') + line + "\n";
    }
  }
  // What a term means, beside it, or below a long one.
  void entry(const Entry& entry) {
    if (entry.term.empty()) return paragraph(entry.text, indent);
    const std::size_t column = columns_ < 60 ? 8 : terms_;
    const std::string term = std::string(indent, ' ') + entry.term;
    const bool beside = width_of(term) + 2 <= column;
    if (!beside) line(term);
    bool first = beside;
    for (const std::string& line : wrapped(entry.text, columns_ - column)) {
      const std::size_t gap = first ? column - width_of(term) : column;
      text_ += (first ? term : "") + std::string(gap, ' ') + line + "\n";
      first = false;
    }
    if (first) line(term);
  }
  // As wide a column as the terms of these entries need, but for long ones.
  void fit(const std::vector<Entry>& entries) {
    std::size_t longest = 0;
    for (const Entry& entry : entries) {
      const std::size_t width = width_of(entry.term);
      if (width + indent + 2 <= most) longest = std::max(longest, width);
    }
    terms_ = longest == 0 ? most : longest + indent + 2;
  }
  void entries(const std::vector<Entry>& entries) {
    fit(entries);
    for (const Entry& each : entries) entry(each);
  }
  // All options line up.
  void options() { terms_ = most; }

  std::string text() && { return std::move(text_); }

 private:
  static constexpr std::size_t most = 28;

  std::size_t columns_;
  std::size_t terms_ = most;
  std::string text_;
};

void add_options(const std::vector<OptionEntry>& options, Page& page) {
  page.options();
  const auto add = [&](const OptionEntry& option) {
    page.entry({heading(option), text_with_preset(option.text, option.preset)});
  };
  bool titled = false;
  for (const OptionEntry& option : options) {
    if (!option.argument) continue;
    if (!titled) page.heading("Arguments");
    titled = true;
    add(option);
  }
  for (const std::string& group : option_groups(options)) {
    page.heading(group);
    for (const OptionEntry& option : options) {
      if (!option.argument && option.group == group) add(option);
    }
  }
}

void add_examples(const Manual& manual, Page& page) {
  if (manual.examples.empty()) return;
  page.heading("Examples");
  for (const Example& example : manual.examples) {
    page.line(std::string(indent, ' ') + example.command);
    page.paragraph(example.text, 3 * indent);
  }
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string_view word : words_of(text)) {
    if (!line.empty() && width_of(line) + 1 + width_of(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    line += line.empty() ? "" : " ";
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (space > 0) words.push_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return words;
}

std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    all.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return all;
}

std::string text_with_preset(const std::string& text, const std::string& preset) {
  if (preset.empty()) return text;
  if (!text.ends_with(')')) return fmt::format("{} (default: {})", text, preset);
  return fmt::format("{}; default: {})", text.substr(0, text.size() - 1), preset);
}

std::string sentence(std::string text) {
  if (!text.empty()) {
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  }
  return text.ends_with('.') ? text : text + ".";
}

std::string help_text(const CLI::App& app, const Manual& manual, std::size_t columns) {
  const std::vector<OptionEntry> options = option_entries(app);
  const std::string& name = app.get_name();
  Page page(columns);
  page.paragraph(fmt::format("Usage: {} {}", name, usage(options)));
  page.line("");
  page.paragraph(sentence(manual.summary));
  for (const std::string& paragraph : paragraphs(manual.description)) {
    page.line("");
    page.paragraph(paragraph);
  }
  add_options(options, page);
  for (const Section& section : manual.sections) {
    page.heading(section.title);
    page.entries(section.entries);
  }
  if (!manual.files.empty()) {
    page.heading("Files");
    page.entries(manual.files);
  }
  add_examples(manual, page);
  page.heading("Exit codes");
  page.entries(exit_codes());
  page.line("");
  page.paragraph(fmt::format("More: man {}; see also {}. {}", name,
                             fmt::join(manual.see_also, ", "), docs_place()));
  return std::move(page).text();
}

}  // namespace tapegrad::console
