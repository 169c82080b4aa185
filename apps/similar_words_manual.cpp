#include "similar_words_options.hpp"

namespace tapegrad {
namespace {

console::Section vectors_section() {
  return {"Vectors",
          {{"",
            "GloVe text, fastText .vec, word2vec text and binary, .npy and .npz, also in gzip and "
            "zip (FILE.zip:NAME). Of a model the words of its vocabulary, quantized or not, "
            "without n-grams and the vectors that --keep-vectors put beside it. Words with - in "
            "front go behind --."}}};
}

console::Section evaluation_section() {
  return {
      "Files of --eval",
      {{"Pairs",
        "Two words and a rating a line, separated by tabs, commas or spaces, as WordSim-353, "
        "SimLex-999, MEN and RG-65 have them. They give Spearman's rank correlation of ratings and "
        "cosines; pairs with an unknown word are left out of it, and counted."},
       {"Analogies",
        "Four words a line and lines \": SECTION\", as Google's questions-words.txt has them. An "
        "answer is right if the fourth word has the largest cosine to b - a + c, of vectors of "
        "length 1, a, b and c left out (3CosAdd), among all words. Questions with an unknown word "
        "are left out of the accuracy and counted; \"of all\" counts them as wrong. Sections whose "
        "name begins with \"gram\" are syntactic, the others semantic."}}};
}

console::Section comparison_section() {
  return {
      "What --compare compares",
      {{"",
        "The words that both have, or the first N of them in the order of VECTORS (--common). "
        "\"Kept\" are the K nearest words (--top), among those compared, that were there before "
        "and "
        "are there after: for that the two need no alignment, and may have different widths. "
        "Distance and cosine between the two vectors of a word are told where the widths agree, "
        "also without alignment: they mean something if the later vectors began as the earlier "
        "ones, and nothing for two trainings from random numbers."}}};
}

}  // namespace

console::Manual similar_words_manual() {
  console::Manual manual;
  manual.summary = "tell which words have similar vectors, and what a training changed";
  manual.description =
      "The vectors are those of a file, or of a model that train_sentiment saved. Solves analogies "
      "too, and measures vectors by what people say of words.\n\n"
      "Words come from the command line, or one a line from standard input, and are answered as "
      "they come. Similarity is the cosine of the angle between two vectors. The search is exact. "
      "The exit code is 1 if a word is unknown.";
  manual.sections = {vectors_section(), evaluation_section(), comparison_section()};
  manual.examples = {{"similar_words glove.6B.100d.txt frog lizard", "The nearest words of each."},
                     {"similar_words glove.6B.100d.txt --analogy man king woman",
                      "King is to man as .. to woman."},
                     {"similar_words glove.6B.100d.txt --eval wordsim353.tsv questions-words.txt",
                      "How good the vectors are, by people's ratings and by analogies."},
                     {"similar_words model --compare glove.6B.100d.txt bad good",
                      "What a training changed around two words."}};
  manual.see_also = {"train_sentiment", "classify", "docs/programs.md", "docs/json.md"};
  manual.less_memory =
      "a file with fewer words or narrower vectors; quantize makes a smaller model; --compare "
      "needs less with a smaller --top, --show or --common";
  return manual;
}

}  // namespace tapegrad
