#include "classify_options.hpp"

#include <fmt/core.h>

#include <map>
#include <stdexcept>

#include "console/console.hpp"

namespace tapegrad {
namespace {

using console::plain;
using console::whole_number;

}  // namespace

void add_options(CLI::App& app, ClassifyOptions& o) {
  app.name("classify");
  app.option_defaults()->group("Options");
  app.add_option("MODEL", o.model, "Folder of the model")->required()->type_name("DIR");
  app.add_option("FILE", o.files, "Texts, one a line (default: standard input)")->type_name("FILE");
  const std::map<std::string, LineForm> forms{
      {"tsv", LineForm::tsv}, {"json", LineForm::json}, {"plain", LineForm::plain}};
  app.add_option("--output", o.output, "Form of the output")
      ->transform(plain(CLI::CheckedTransformer(forms)))
      ->type_name("tsv|json|plain")
      ->default_str("tsv");
  app.add_option("--top", o.top,
                 "Tell the K most probable classes, the first one first (default: 1; json: all, in "
                 "the model's order)")
      ->transform(whole_number(1))
      ->type_name("K");
  app.add_flag("--explain", o.explain, "Tell how much each token speaks for the class");
  console::add_text_output(
      app, "--embed", o.embed,
      "Write the texts' vectors instead, for FILE.npy as NumPy has them, else as numbers "
      "and tabs: means of word vectors, or what enters a network's last layer");
  app.add_option("--batch", o.batch,
                 "Texts that go through the model together; last digits may depend on it")
      ->capture_default_str()
      ->transform(whole_number(1, 1 << 20))
      ->type_name("N");
  console::add_threads(app, o.threads);
  console::add_quiet(app, o.quiet);
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
