// Models so small that a fuzzed input can hold one.
#pragma once

#include <string>
#include <tapegrad/training/model_folder.hpp>
#include <tapegrad/training/seq2seq_folder.hpp>
#include <vector>

namespace fuzz {

/// The files of a model's folder, in the order in which an input packs them.
const std::vector<std::string>& classifier_files();
const std::vector<std::string>& seq2seq_files();

/// The folders of classifiers of every kind, with and without n-grams, each packed into an input.
std::vector<std::string> packed_classifiers();
/// That of a sequence-to-sequence model of characters.
std::string packed_seq2seq();

/// Checks that what was loaded from a folder can be saved, and loads again as the same model.
void expect_saved(const tapegrad::ClassifierModel& model);
void expect_saved(const tapegrad::Seq2SeqModel& model);

}  // namespace fuzz
