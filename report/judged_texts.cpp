#include <tapegrad/report/judged_texts.hpp>

#include <algorithm>
#include <tapegrad/training/entry_names.hpp>
#include <tapegrad/training/explain.hpp>
#include <utility>

namespace tapegrad {
namespace {

const std::vector<Index>& labels_of(const TestView& test) {
  return test.training.data.test.labels;
}

double certainty(const TestView& test, std::size_t n) {
  const auto predicted = static_cast<std::size_t>(test.said.labels[n]);
  return static_cast<double>(test.said.probabilities(n, predicted));
}

std::vector<std::size_t> chosen_texts(const TestView& test, bool right, std::size_t n) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < test.said.labels.size(); ++i) {
    if ((test.said.labels[i] == labels_of(test)[i]) == right) chosen.push_back(i);
  }
  std::stable_sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
    return certainty(test, a) > certainty(test, b);
  });
  chosen.resize(std::min(n, chosen.size()));
  return chosen;
}

// The words of a test text, as far as they are not cut.
std::vector<std::string> words_of(const TestView& test, std::size_t n) {
  const TokenizedTexts& texts = test.corpus.texts;
  const auto number = static_cast<std::size_t>(test.training.split.test[n]);
  const Index begin = texts.offsets[number];
  Index end = texts.offsets[number + 1];
  if (test.max_tokens > 0) end = std::min(end, begin + test.max_tokens);
  std::vector<std::string> words;
  for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
    words.push_back(texts.words.words()[static_cast<std::size_t>(texts.numbers[i])]);
  }
  return words;
}

}  // namespace

std::vector<std::vector<std::uint64_t>> confusion(const TestView& test) {
  const std::size_t classes = test.corpus.label_names.size();
  std::vector<std::vector<std::uint64_t>> counts(classes, std::vector<std::uint64_t>(classes, 0));
  for (std::size_t i = 0; i < test.said.labels.size(); ++i) {
    ++counts[static_cast<std::size_t>(labels_of(test)[i])]
            [static_cast<std::size_t>(test.said.labels[i])];
  }
  return counts;
}

std::vector<JudgedText> most_certain(const TestView& test, bool right, std::size_t n,
                                     std::size_t most_tokens) {
  const EncodedTexts& texts = test.training.data.test.texts;
  std::vector<Index> examples, classes;
  std::vector<JudgedText> judged;
  for (const std::size_t i : chosen_texts(test, right, n)) {
    examples.push_back(static_cast<Index>(i));
    classes.push_back(test.said.labels[i]);
    judged.push_back({{}, 0, labels_of(test)[i], test.said.labels[i], certainty(test, i)});
  }
  if (examples.empty()) return judged;
  const std::vector<Real> weights = entry_weights(test.model.net, texts, examples, classes);
  const Real* weight = weights.data();
  for (std::size_t i = 0; i < judged.size(); ++i) {
    std::vector<std::string> names;
    const auto number = static_cast<std::size_t>(examples[i]);
    append_entry_names(test.model, words_of(test, number), texts, examples[i], names);
    const std::size_t kept = std::min(most_tokens, names.size());
    for (std::size_t k = 0; k < kept; ++k) {
      judged[i].tokens.push_back({std::move(names[k]), static_cast<double>(weight[k])});
    }
    judged[i].left_out = names.size() - kept;
    weight += static_cast<std::ptrdiff_t>(names.size());
  }
  return judged;
}

}  // namespace tapegrad
