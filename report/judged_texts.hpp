// What a model says of the test texts: which it takes for which, and where it is most certain.
#pragma once

#include <tapegrad/report/record.hpp>
#include <tapegrad/training/experiment.hpp>
#include <vector>

namespace tapegrad {

/// The test texts of a training and its model.
struct TestView {
  const Corpus& corpus;
  const TrainingView& training;
  const ClassifierModel& model;
  const Predictions& said;  // of training.data.test
  Index max_tokens = 0;     // VocabularyChoice::max_tokens
};

/// How many texts of each label [label][predicted]; square, over all labels of the corpus.
std::vector<std::vector<std::uint64_t>> confusion(const TestView& test);

/// The n texts that the model judges right, or wrong, with the greatest probability; of equal ones
/// the earlier; of each its first `most_tokens` entries. Weights are those of entry_weights for the
/// predicted class.
std::vector<JudgedText> most_certain(const TestView& test, bool right, std::size_t n,
                                     std::size_t most_tokens);

}  // namespace tapegrad
