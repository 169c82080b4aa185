#include "classify_options.hpp"

#include <fmt/core.h>

#include <map>
#include <stdexcept>

#include "console.hpp"

namespace tapegrad {
namespace {

using console::plain;

constexpr const char* description =
    "Says what a model that train_sentiment saved thinks of each line of text: one line in, one "
    "line out, in their order.\n\n"
    "Lines come from the files, or from standard input (-), plain or gzip; an answer is written as "
    "soon as its line is read. Results go to standard output, errors and warnings to standard "
    "error.";

constexpr const char* footer =
    "Output:\n"
    "  tsv    class, its probability, further ones with --top, then TOKEN:WEIGHT with --explain, "
    "separated by tabs\n"
    "  json   {\"label\": .., \"probabilities\": {NAME: .., ..}, \"tokens\": [{\"token\": .., "
    "\"weight\": ..}, ..]}\n"
    "  plain  the class alone, further ones with --top, then TOKEN:WEIGHT with --explain\n"
    "  Tabs, line ends and backslashes in names are written \\t, \\n, \\r and \\\\.\n\n"
    "Texts are tokenized as in training, and never cut. A line ends at LF; a CR before it is "
    "dropped. An empty line is a text without words and gets the answer for that. A NUL counts as "
    "a space, a byte that is no UTF-8 as U+FFFD. Words that the model does not know have their "
    "pretrained vector if the model was saved with --keep-vectors, and share one vector "
    "otherwise.\n\n"
    "The weight of a token is the gradient of the logit of the class times the token's embedding: "
    "what the token adds to the logit. With the model bag these sum to the logit without its bias. "
    "Tokens come in the order of the text, n-grams behind the words; each once, in no such order, "
    "if the model was trained with --distinct.\n\n"
    "Examples:\n"
    "  classify model reviews.txt\n"
    "  zcat reviews.gz | classify model --output json\n"
    "  classify model --explain --output plain reviews.txt\n"
    "  classify model --embed vectors.npy reviews.txt\n\n"
    "Exit status: 0 done, 1 a file or the model failed, 2 wrong options, 130 interrupted.";

}  // namespace

void add_options(CLI::App& app, ClassifyOptions& o) {
  app.name("classify");
  app.description(description);
  app.footer(footer);
  app.get_formatter()->column_width(32);
  app.add_option("MODEL", o.model, "Folder of the model")->required()->type_name("");
  app.add_option("FILE", o.files, "Texts, one a line (default: standard input)")->type_name("");
  const std::map<std::string, LineForm> forms{
      {"tsv", LineForm::tsv}, {"json", LineForm::json}, {"plain", LineForm::plain}};
  app.add_option("--output", o.output, "Form of the output (default: tsv)")
      ->transform(plain(CLI::CheckedTransformer(forms)))
      ->type_name("tsv|json|plain");
  app.add_option("--top", o.top,
                 "The K most probable classes, the most probable first (default: 1; with json all, "
                 "in the model's order)")
      ->check(plain(CLI::PositiveNumber))
      ->type_name("K");
  app.add_flag("--explain", o.explain, "Tell how much each token speaks for the class");
  app.add_option("--embed", o.embed,
                 "Write the vectors of the texts instead, one a line: NumPy's format if F ends "
                 "with .npy, else numbers and tabs (- is standard output). With the model bag they "
                 "are the means of word vectors, with others what enters the last layer")
      ->type_name("F");
  app.add_option("--batch", o.batch, "Texts that go through the model together")
      ->capture_default_str()
      ->check(plain(CLI::Range(1, 1 << 20)))
      ->type_name("N");
  app.add_option("--threads", o.threads,
                 "Threads (0: one a processor); results do not depend on it")
      ->capture_default_str()
      ->check(plain(CLI::NonNegativeNumber))
      ->type_name("N");
  app.option_defaults()->group("Options");  // of those that come later
}

void complete(ClassifyOptions& o) {
  if (o.files.empty()) o.files = {"-"};
  if (o.embed.empty()) return;
  const auto refuse = [](const char* option, bool given) {
    if (given) {
      throw std::invalid_argument(
          fmt::format("{}: is about classes; with --embed vectors are written", option));
    }
  };
  refuse("--output", o.output.has_value());
  refuse("--top", o.top.has_value());
  refuse("--explain", o.explain);
}

}  // namespace tapegrad
