#include "similar_words_options.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <map>
#include <stdexcept>

#include "console.hpp"

namespace tapegrad {
namespace {

using console::plain;

constexpr const char* description =
    "Tells which words have similar vectors, in a file of word vectors or in a model that "
    "train_sentiment saved; solves analogies, measures vectors by what people say of words, and "
    "shows what a training changed.\n\n"
    "Words come from the command line, or one a line from standard input, and are answered as they "
    "come. Similarity is the cosine of the angle between two vectors. The search is exact.";

constexpr const char* footer =
    "Vectors:\n"
    "  GloVe text, fastText .vec, word2vec text and binary, .npy and .npz, also in gzip and zip\n"
    "  (FILE.zip:NAME). Of a model the words of its vocabulary, quantized or not, without n-grams\n"
    "  and the vectors that --keep-vectors put beside it. Words with - in front go behind --.\n\n"
    "Files of --eval:\n"
    "  Pairs: two words and a rating a line, separated by tabs, commas or spaces, as WordSim-353,\n"
    "  SimLex-999, MEN and RG-65 have them. They give Spearman's rank correlation of ratings and\n"
    "  cosines; pairs with an unknown word are left out of it, and counted.\n"
    "  Analogies: four words a line and lines \": SECTION\", as Google's questions-words.txt has\n"
    "  them. An answer is right if the fourth word has the largest cosine to b - a + c, of "
    "vectors\n"
    "  of length 1, a, b and c left out (3CosAdd), among all words. Questions with an unknown "
    "word\n"
    "  are left out of the accuracy and counted; \"of all\" counts them as wrong. Sections whose\n"
    "  name begins with \"gram\" are syntactic, the others semantic.\n\n"
    "What --compare compares:\n"
    "  The words that both have, or the first N of them in the order of VECTORS (--common). "
    "\"Kept\"\n"
    "  are the K nearest words (--top), among those compared, that were there before and are "
    "there\n"
    "  after: for that the two need no alignment, and may have different widths. Distance and\n"
    "  cosine between the two vectors of a word are told where the widths agree, also without\n"
    "  alignment: they mean something if the later vectors began as the earlier ones, and nothing\n"
    "  for two trainings from random numbers.\n\n"
    "Examples:\n"
    "  similar_words glove.6B.100d.txt frog lizard\n"
    "  similar_words glove.6B.100d.txt --analogy man king woman\n"
    "  similar_words glove.6B.100d.txt --eval wordsim353.tsv questions-words.txt\n"
    "  similar_words --compare glove.6B.100d.txt model\n"
    "  similar_words model --compare glove.6B.100d.txt bad good\n"
    "  cut -f 1 words.tsv | similar_words model --output json\n\n"
    "Exit status: 0 done, 1 a word is unknown or a file failed, 2 wrong options, 130 interrupted.";

void add_modes(CLI::App& app, SimilarWordsOptions& o) {
  app.option_defaults()->group("What to tell");
  app.add_option("--analogy", o.analogy, "Which words are to C as B is to A")
      ->expected(3)
      ->type_name("A B C");
  app.add_option("--similarity", o.similarity, "The cosine of two words")
      ->expected(2)
      ->type_name("A B");
  app.add_option("--eval", o.eval, "How good the vectors are, by pairs of words and by analogies")
      ->expected(1, 1000)
      ->type_name("FILE...");
  app.add_option("--compare", o.compare,
                 "What changed from these vectors, a file or a model, to VECTORS: the words whose "
                 "neighbours changed most, or the WORDs")
      ->type_name("BEFORE");
  app.add_option("--top", o.top, "Tell the K nearest words")
      ->capture_default_str()
      ->check(plain(CLI::Range(1, 1'000'000)))
      ->type_name("K");
}

void add_compare_options(CLI::App& app, SimilarWordsOptions& o) {
  app.option_defaults()->group("With --compare");
  CLI::Option* compare = app.get_option("--compare");
  const std::map<std::string, ChangeOrder> orders{{"neighbours", ChangeOrder::neighbours},
                                                  {"distance", ChangeOrder::distance}};
  app.add_option("--by", o.by,
                 "What says how much changed: neighbours that were lost (default), or the distance")
      ->transform(plain(CLI::CheckedTransformer(orders)))
      ->needs(compare)
      ->type_name("neighbours|distance");
  app.add_option("--common", o.common, "Compare the first N words that both have (0: all)")
      ->capture_default_str()
      ->needs(compare)
      ->type_name("N");
  app.add_option("--show", o.show, "Show the N words that changed most")
      ->capture_default_str()
      ->needs(compare)
      ->type_name("N");
}

void add_output_options(CLI::App& app, SimilarWordsOptions& o) {
  app.option_defaults()->group("Options");
  const std::map<std::string, WordForm> forms{
      {"table", WordForm::table}, {"tsv", WordForm::tsv}, {"json", WordForm::json}};
  app.add_option("--output", o.output,
                 "Form of the output (default: table on a terminal, else tsv)")
      ->transform(plain(CLI::CheckedTransformer(forms)))
      ->type_name("table|tsv|json");
  app.add_flag("--json", o.json, "The same as --output json: an object on each line");
  const std::map<std::string, bool> cases{{"auto", false}, {"exact", true}};
  app.add_option("--case", o.exact_case,
                 "What a word is that is not there as it is written: auto (default) takes it in "
                 "lower case, exact calls it unknown")
      ->transform(plain(CLI::CheckedTransformer(cases)))
      ->type_name("auto|exact");
  const std::map<std::string, Malformed> policies{{"strict", Malformed::strict},
                                                  {"skip", Malformed::skip}};
  app.add_option("--malformed-vectors", o.malformed,
                 "Malformed lines of vectors: strict (an error) or skip (left out and counted)")
      ->transform(plain(CLI::CheckedTransformer(policies)))
      ->type_name("strict|skip");
  app.add_option("--cache", o.cache, "Keep binary copies of vector files in this folder")
      ->type_name("DIR");
  app.add_flag("--quiet", o.quiet, "Show no progress");
  app.add_option("--threads", o.threads,
                 "Threads (0: one a processor); results do not depend on it")
      ->capture_default_str()
      ->check(plain(CLI::NonNegativeNumber))
      ->type_name("N");
}

}  // namespace

void add_options(CLI::App& app, SimilarWordsOptions& o) {
  app.name("similar_words");
  app.description(description);
  app.footer(footer);
  app.get_formatter()->column_width(32);
  app.add_option("VECTORS", o.vectors, "A file of word vectors, or the folder of a model")
      ->required()
      ->type_name("");
  app.add_option("WORD", o.words, "Words (default: one a line from standard input)")->type_name("");
  add_modes(app, o);
  add_compare_options(app, o);
  add_output_options(app, o);
}

void complete(SimilarWordsOptions& o) {
  std::string mode;
  const auto choose = [&](const char* option, bool given) {
    if (!given) return;
    if (!mode.empty()) {
      throw std::invalid_argument(fmt::format("{}: cannot be combined with {}", option, mode));
    }
    mode = option;
  };
  choose("--analogy", !o.analogy.empty());
  choose("--similarity", !o.similarity.empty());
  choose("--eval", !o.eval.empty());
  choose("--compare", !o.compare.empty());
  if (!mode.empty() && mode != "--compare" && !o.words.empty()) {
    throw std::invalid_argument(
        fmt::format("{}: takes no further word, found \"{}\"", mode, o.words[0]));
  }
  if (mode.empty() && o.words.empty() && o.vectors == "-") {
    throw std::invalid_argument("VECTORS: standard input cannot hold both vectors and words");
  }
  if (o.json && o.output.value_or(WordForm::json) != WordForm::json) {
    throw std::invalid_argument("--json: cannot be combined with another --output");
  }
  if (o.json) o.output = WordForm::json;
  if (!o.output) o.output = isatty(STDOUT_FILENO) == 1 ? WordForm::table : WordForm::tsv;
}

VectorOptions vector_options(const SimilarWordsOptions& options) {
  return {.cache = options.cache, .malformed = options.malformed};
}

}  // namespace tapegrad
