#include "classify_options.hpp"

#include <fmt/core.h>

#include <map>
#include <stdexcept>

#include "console.hpp"

namespace tapegrad {
namespace {

using console::plain;

constexpr const char* description =
    "Says what a model that train_sentiment saved makes of each line of text: one line in, one "
    "line out, in their order.\n\n"
    "Lines come from files or from standard input (-), plain or gzip, and are answered as they "
    "come. Results go to standard output, errors and warnings to standard error.";

constexpr const char* footer =
    "Output:\n"
    "  tsv    class, its probability, those of further classes (--top), then TOKEN:WEIGHT\n"
    "         (--explain), separated by tabs\n"
    "  json   {\"label\": .., \"probabilities\": {NAME: .., ..},\n"
    "          \"tokens\": [{\"token\": .., \"weight\": ..}, ..]} on one line\n"
    "  plain  as tsv, without probabilities\n"
    "  Tabs, line ends and backslashes in names are written \\t, \\n, \\r and \\\\.\n\n"
    "Lines:\n"
    "  A line ends at LF; a CR before it is dropped. An empty line is a text without words and is\n"
    "  answered like any other. Texts are tokenized as in training and never cut: a NUL counts as\n"
    "  a space, a byte that is no UTF-8 as U+FFFD. A word that the model does not know has its\n"
    "  pretrained vector if the model was saved with --keep-vectors, else that of unknown "
    "words.\n\n"
    "Weights of --explain:\n"
    "  The gradient of the logit of the most probable class times the token's embedding: what the\n"
    "  token does for that class. With the model bag they sum to the logit without its bias.\n"
    "  Tokens come in the order of the text, n-grams behind the words. A model trained with\n"
    "  --distinct has each once, by its number in the vocabulary.\n\n"
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
                 "Tell the K most probable classes, the first one first (default: 1; json: all, in "
                 "the model's order)")
      ->check(plain(CLI::PositiveNumber))
      ->type_name("K");
  app.add_flag("--explain", o.explain, "Tell how much each token speaks for the class");
  app.add_option("--embed", o.embed,
                 "Write the texts' vectors instead, for F.npy as NumPy has them, else as numbers "
                 "and tabs: means of word vectors, or what enters a network's last layer")
      ->type_name("F");
  app.add_option("--batch", o.batch,
                 "Texts that go through the model together; last digits may depend on it")
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
