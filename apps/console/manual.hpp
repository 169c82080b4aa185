// What a program says of itself beside its options. The help page and the manual page are made of
// it and of the options.
#pragma once

#include <string>
#include <vector>

namespace tapegrad::console {

/// What a term means; without a term a paragraph.
struct Entry {
  std::string term = {};
  std::string text = {};
};

struct Section {
  std::string title;  // "Data files"
  std::vector<Entry> entries;
};

/// A command that works where its files are there, and what it does.
struct Example {
  std::string command;
  std::string text;
};

struct Manual {
  std::string summary;      // "make a trained model smaller": a verb first, no full stop
  std::string description;  // paragraphs with an empty line between
  std::vector<Section> sections = {};
  std::vector<Example> examples = {};
  std::vector<Entry> files = {};           // that it reads without being told, or writes
  std::vector<std::string> see_also = {};  // other programs, and pages of the documentation
  std::string less_memory = {};            // the options that make do with less
};

/// What the exit codes of all programs mean.
std::vector<Entry> exit_codes();
/// Where the pages are that are named docs/NAME.md.
std::string docs_place();
/// The environment variables that all programs look at.
std::vector<Entry> environment_variables();

}  // namespace tapegrad::console
