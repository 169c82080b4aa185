// One data file of any form, as labels and texts.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <tapegrad/text/dataset.hpp>
#include <utility>
#include <vector>

namespace tapegrad::detail {

/// Texts with the names of their labels, all of which lie in `memory`.
struct LabelledTexts {
  std::vector<std::string_view> labels;
  std::vector<std::string_view> texts;
  std::string form;
  std::list<std::string> memory;

  /// Moves a text to the memory, where it stays in its place.
  std::string_view keep(std::string text) { return memory.emplace_back(std::move(text)); }
};

/// Takes the content of the file `path` apart, as load_dataset says.
LabelledTexts read_form(const std::string& path, std::string content,
                        const DatasetOptions& options);

}  // namespace tapegrad::detail
