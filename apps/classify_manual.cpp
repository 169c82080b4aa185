#include "classify_options.hpp"

namespace tapegrad {
namespace {

console::Section output_section() {
  return {"Output",
          {{"tsv",
            "Class, its probability, those of further classes (--top), then TOKEN:WEIGHT "
            "(--explain), separated by tabs."},
           {"json",
            "One object a line: {\"label\": .., \"probabilities\": {NAME: .., ..}, \"tokens\": "
            "[{\"token\": .., \"weight\": ..}, ..]}."},
           {"plain", "As tsv, without probabilities."},
           {"", "Tabs, line ends and backslashes in names are written \\t, \\n, \\r and \\\\."}}};
}

console::Section lines_section() {
  return {"Lines",
          {{"",
            "A line ends at LF; a CR before it is dropped. An empty line is a text without words "
            "and is answered like any other. Texts are tokenized as in training and never cut: a "
            "NUL counts as a space, a byte that is no UTF-8 as U+FFFD. A word that the model does "
            "not know has its pretrained vector if the model was saved with --keep-vectors, else "
            "that of unknown words."}}};
}

console::Section weights_section() {
  return {"Weights of --explain",
          {{"",
            "The gradient of the logit of the most probable class times the token's embedding: "
            "what the token does for that class. With the model bag they sum to the logit without "
            "its bias. Tokens come in the order of the text, n-grams behind the words. A model "
            "trained with --distinct has each once, by its number in the vocabulary."}}};
}

}  // namespace

console::Manual classify_manual() {
  console::Manual manual;
  manual.summary = "say what a model that train_sentiment saved makes of each line of text";
  manual.description =
      "One line in, one line out, in their order. Lines come from files or from standard input "
      "(-), plain or gzip, and are answered as they come. Results go to standard output, errors, "
      "warnings and progress to standard error.";
  manual.sections = {output_section(), lines_section(), weights_section()};
  manual.examples = {
      {"classify model reviews.txt", "The class of each line, and its probability."},
      {"zcat reviews.gz | classify model --output json", "JSON, in a pipeline."},
      {"classify model --explain --output plain reviews.txt", "Why, token by token."},
      {"classify model --embed vectors.npy reviews.txt", "Vectors of the texts, for NumPy."}};
  manual.see_also = {"train_sentiment", "quantize", "docs/programs.md", "docs/json.md"};
  manual.less_memory =
      "--batch N with a small N; quantize makes a smaller model, and one that was saved without "
      "--keep-vectors needs less";
  return manual;
}

}  // namespace tapegrad
