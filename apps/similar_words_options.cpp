#include "similar_words_options.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <system_error>

#include "console/console.hpp"
#include "console/given.hpp"

namespace tapegrad {
namespace {

using console::plain;
using console::whole_number;

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
      ->type_name("FILE");
  app.add_option("--compare", o.compare,
                 "What changed from these vectors, a file or a model, to VECTORS: the words whose "
                 "neighbours changed most, or the WORDs")
      ->type_name("FILE");
  app.add_option("--top", o.top, "Tell the K nearest words")
      ->capture_default_str()
      ->transform(whole_number(1, 1'000'000))
      ->type_name("K");
}

void add_compare_options(CLI::App& app, SimilarWordsOptions& o) {
  app.option_defaults()->group("With --compare");
  CLI::Option* compare = app.get_option("--compare");
  const std::map<std::string, ChangeOrder> orders{{"neighbours", ChangeOrder::neighbours},
                                                  {"distance", ChangeOrder::distance}};
  app.add_option("--by", o.by,
                 "What says how much changed: neighbours that were lost, or the distance")
      ->transform(plain(CLI::CheckedTransformer(orders)))
      ->needs(compare)
      ->type_name("neighbours|distance")
      ->default_str("neighbours");
  app.add_option("--common", o.common, "Compare the first N words that both have (0: all)")
      ->capture_default_str()
      ->needs(compare)
      ->transform(whole_number(0))
      ->type_name("N");
  app.add_option("--show", o.show, "Show the N words that changed most")
      ->capture_default_str()
      ->needs(compare)
      ->transform(whole_number(0))
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
  const std::map<std::string, bool> cases{{"auto", false}, {"exact", true}};
  app.add_option("--case", o.exact_case,
                 "What a word is that is not there as it is written: auto takes it in lower case, "
                 "exact calls it unknown")
      ->transform(plain(CLI::CheckedTransformer(cases)))
      ->type_name("auto|exact")
      ->default_str("auto");
  const std::map<std::string, Malformed> policies{{"strict", Malformed::strict},
                                                  {"skip", Malformed::skip}};
  app.add_option("--malformed-vectors", o.malformed,
                 "Malformed lines of vectors are an error, or are left out and counted")
      ->transform(plain(CLI::CheckedTransformer(policies)))
      ->type_name("strict|skip")
      ->default_str("strict");
  app.add_option("--cache", o.cache, "Keep binary copies of vector files in this folder")
      ->check(console::no_standard_output())
      ->type_name("DIR");
  console::add_threads(app, o.threads);
  console::add_quiet(app, o.quiet);
}

void refuse_without_effect(const CLI::App& app, const SimilarWordsOptions& o,
                           const std::string& mode) {
  if (mode == "--similarity" || mode == "--eval") {
    console::refuse(app, {"--top"}, fmt::format("is of nearest words, {} tells none", mode));
  }
  if (mode == "--compare" && !o.words.empty()) {
    console::refuse(
        app, {"--by", "--show"},
        fmt::format("is of the words that changed most, \"{}\" is asked for", o.words[0]));
  }
  std::error_code missing;
  const bool file = !std::filesystem::is_directory(o.vectors, missing) ||
                    (mode == "--compare" && !std::filesystem::is_directory(o.compare, missing));
  if (!file) {
    console::refuse(app, {"--cache", "--malformed-vectors"},
                    "is of files of vectors, not of models");
  }
}

// Standard input is read to its end by whoever comes first.
void check_standard_input(const SimilarWordsOptions& o, bool asks_for_words) {
  const bool vectors = o.vectors == "-";
  if (vectors && asks_for_words) {
    throw std::invalid_argument("VECTORS: standard input cannot hold both vectors and words");
  }
  if (vectors && o.compare == "-") {
    throw std::invalid_argument("--compare: standard input cannot hold the vectors of both sides");
  }
  const auto tests = std::count(o.eval.begin(), o.eval.end(), "-");
  if (vectors && tests > 0) {
    throw std::invalid_argument("--eval: standard input cannot hold both vectors and a test");
  }
  if (tests > 1) throw std::invalid_argument("--eval: standard input can be read once only");
}

}  // namespace

void add_options(CLI::App& app, SimilarWordsOptions& o) {
  app.name("similar_words");
  app.add_option("VECTORS", o.vectors, "A file of word vectors, or the folder of a model")
      ->required()
      ->type_name("FILE");
  app.add_option("WORD", o.words, "Words (default: one a line from standard input)")
      ->type_name("WORD");
  add_modes(app, o);
  add_compare_options(app, o);
  add_output_options(app, o);
}

void complete(const CLI::App& app, SimilarWordsOptions& o) {
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
  refuse_without_effect(app, o, mode);
  check_standard_input(o, mode.empty() && o.words.empty());
  if (!o.output) o.output = isatty(STDOUT_FILENO) == 1 ? WordForm::table : WordForm::tsv;
}

VectorOptions vector_options(const SimilarWordsOptions& options) {
  return {.cache = options.cache, .malformed = options.malformed};
}

}  // namespace tapegrad
