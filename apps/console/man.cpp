#include "man.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <tapegrad/core/version.hpp>

#include "help.hpp"
#include "options.hpp"

namespace tapegrad::console {
namespace {

// The code point that begins at text[i], which must be whole; moves i behind it.
unsigned take_code_point(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i++]);
  unsigned point = lead < 0xE0U ? lead & 0x1FU : lead < 0xF0U ? lead & 0x0FU : lead & 0x07U;
  while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) {
    point = (point << 6U) | (static_cast<unsigned char>(text[i++]) & 0x3FU);
  }
  return point;
}

// Characters that troff would take for something else. A hyphen of an option or a command stays one
// that can be searched for and copied.
std::string escaped(std::string_view text, bool literal) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80U) {
      out += fmt::format("\\[u{:04X}]", take_code_point(text, i));
      continue;
    }
    ++i;
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-' && literal) {
      out += "\\-";
    } else if (c == '\'' && literal) {
      out += "\\(aq";
    } else if (c == '^' || c == '~') {
      out += c == '^' ? "\\(ha" : "\\(ti";
    } else {
      out += c;
    }
  }
  return out;
}

bool is_option(std::string_view word) {
  return word.size() > 3 && word.starts_with("--") && std::islower(word[2]) != 0;
}

// One word of a text; what stands around an option stays as it is.
std::string word_troff(std::string_view word) {
  const std::size_t begin = std::min(word.find("--"), word.size());
  if (!is_option(word.substr(begin))) return escaped(word, false);
  const std::size_t end =
      std::min(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", begin), word.size());
  return escaped(word.substr(0, begin), false) + "\\fB" +
         escaped(word.substr(begin, end - begin), true) + "\\fR" + escaped(word.substr(end), false);
}

// No line may begin like a request.
std::string guarded(std::string line) {
  const bool request = line.starts_with('.') || line.starts_with('\'');
  return request ? fmt::format("\\&{}", line) : line;
}

std::string bold(std::string_view text) {
  return fmt::format("\\fB{}\\fR", escaped(text, true));
}

// Names in bold, what is to be put in their place in italics.
std::string tag(const OptionEntry& option) {
  if (option.argument) return fmt::format("\\fI{}\\fR", escaped(option.name(), true));
  std::string text;
  for (const std::string& name : option.names)
    text.append(text.empty() ? "" : ", ").append(bold(name));
  if (option.value.empty()) return text;
  return text + " \\fI" + escaped(option.value, true) + "\\fR" + (option.repeated ? "..." : "");
}

class Source {
 public:
  void section(std::string title) {
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    line(fmt::format(".SH {}", escaped(title, true)));
    fresh_ = true;
  }
  void subsection(const std::string& title) { line(fmt::format(".SS {}", escaped(title, true))); }
  void paragraph(const std::string& text) {
    if (!fresh_) line(".PP");
    line(troff(text));
    fresh_ = false;
  }
  void tagged(const std::string& tag, const std::string& text) {
    line(".TP");
    line(guarded(tag));
    line(text.empty() ? "\\&" : troff(text));
    fresh_ = false;
  }
  void entries(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      if (entry.term.empty()) {
        paragraph(entry.text);
      } else {
        tagged(bold(entry.term), entry.text);
      }
    }
  }
  void example(const Example& example) {
    paragraph(example.text);
    line(".PP");
    line(".nf");
    line(".RS");
    line(guarded(bold(example.command)));
    line(".RE");
    line(".fi");
  }
  void line(const std::string& line) { text_ += line + "\n"; }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
  bool fresh_ = false;  // a heading is above
};

void add_options(const std::vector<OptionEntry>& options, Source& page) {
  const auto add = [&](const OptionEntry& option) {
    page.tagged(tag(option), sentence(text_with_preset(option.text, option.preset)));
  };
  page.section("Options");
  for (const OptionEntry& option : options) {
    if (option.argument) add(option);
  }
  for (const std::string& group : option_groups(options)) {
    page.subsection(group);
    for (const OptionEntry& option : options) {
      if (!option.argument && option.group == group) add(option);
    }
  }
}

void add_see_also(const Manual& manual, Source& page) {
  page.section("See also");
  std::string text;
  for (const std::string& other : manual.see_also) {
    const bool page_of_docs = other.find('/') != std::string::npos;
    text += text.empty() ? "" : ",\n";
    text += page_of_docs ? escaped(other, true) : bold(other) + "(1)";
  }
  page.line(text);
  page.line(".PP");
  page.line(troff(docs_place()));
}

}  // namespace

std::string troff(std::string_view text) {
  std::string out;
  std::string line;
  for (const std::string_view word : words_of(text)) {
    line.append(line.empty() ? "" : " ").append(word_troff(word));
    const bool ends = word.ends_with('.') && !word.ends_with("..");
    if (!ends && line.size() < 80) continue;
    out += guarded(std::move(line)) + "\n";
    line.clear();
  }
  if (!line.empty()) out += guarded(std::move(line)) + "\n";
  if (!out.empty()) out.pop_back();
  return out;
}

std::string man_date() {
  const char* const epoch = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t time = epoch != nullptr ? std::strtoll(epoch, nullptr, 10) : std::time(nullptr);
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(time));
}

std::string man_page(const CLI::App& app, const Manual& manual, const std::string& date) {
  const std::vector<OptionEntry> options = option_entries(app);
  const std::string& name = app.get_name();
  std::string title = name;
  std::transform(title.begin(), title.end(), title.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  Source page;
  page.line(fmt::format(".TH {} 1 {} \"tapegrad {}\" \"User Commands\"", title, date, version()));
  page.section("Name");
  page.line(escaped(name, true) + " \\- " + escaped(manual.summary, false));
  page.section("Synopsis");
  page.line(bold(name) + " " + escaped(usage(options), true));
  page.section("Description");
  page.paragraph(sentence(manual.summary));
  for (const std::string& paragraph : paragraphs(manual.description)) page.paragraph(paragraph);
  add_options(options, page);
  for (const Section& section : manual.sections) {
    page.section(section.title);
    page.entries(section.entries);
  }
  page.section("Exit status");
  page.entries(exit_codes());
  page.section("Environment");
  page.entries(environment_variables());
  if (!manual.files.empty()) {
    page.section("Files");
    page.entries(manual.files);
  }
  page.section("Examples");
  for (const Example& example : manual.examples) page.example(example);
  add_see_also(manual, page);
  return std::move(page).text();
}

}  // namespace tapegrad::console
