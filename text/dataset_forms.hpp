// One data file of any form, as labels and texts.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/text/dataset.hpp>
#include <vector>

namespace tapegrad::detail {

/// Texts with the names of their labels.
struct LabelledTexts {
  std::vector<std::string> labels;
  std::vector<std::string> texts;
  std::string form;
};

/// Takes the content of the file `path` apart, as load_dataset says.
LabelledTexts read_form(const std::string& path, std::string_view content,
                        const DatasetOptions& options);

}  // namespace tapegrad::detail
