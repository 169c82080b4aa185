// What the ids of a text stand for, as people read it.
#pragma once

#include <string>
#include <tapegrad/training/model_folder.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Appends to `names` what each of the ids of text n stands for, given its words; see
/// ServedTexts::entries. Of n-grams that share a bucket in a text where each id is kept once, the
/// first one names it.
void append_entry_names(const ClassifierModel& model, const std::vector<std::string>& words,
                        const EncodedTexts& texts, Index n, std::vector<std::string>& names);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
