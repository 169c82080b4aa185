#include "quantize_options.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <stdexcept>

#include "console/console.hpp"
#include "dataset_options.hpp"

namespace tapegrad {

void add_options(CLI::App& app, QuantizeOptions& o) {
  app.name("quantize");
  app.option_defaults()->group("Model");
  app.add_option("MODEL", o.model, "Folder of the model")->required()->type_name("DIR");
  app.add_option("--out", o.out, "Folder to write the smaller model into")
      ->required()
      ->check(console::no_standard_output())
      ->type_name("DIR");
  app.add_option("--to", o.to, "Form of the table, see below; without it the numbers stay")
      ->check(console::plain(CLI::IsMember({"float16", "int8", "int4"})))
      ->type_name("float16|int8|int4");
  CLI::Option* keep =
      app.add_option("--keep", o.keep,
                     "Keep at most N words, <pad> and <unk> among them; the others become <unk>, "
                     "whose vector becomes the mean of theirs")
          ->transform(console::whole_number(2, 2'147'483'647))
          ->type_name("N");
  app.add_option("--by", o.by,
                 "Words to keep: the most frequent in training, or those of the largest norm")
      ->capture_default_str()
      ->check(console::plain(CLI::IsMember({"frequency", "norm"})))
      ->needs(keep)
      ->type_name("frequency|norm");
  app.option_defaults()->group("Test");
  CLI::Option* test = app.add_option("--test", o.test, "Labelled texts to measure the accuracy on")
                          ->type_name("FILE");
  add_dataset_options(app, o.data);
  for (const char* of_test : {"--label-column", "--text-column", "--form", "--header"}) {
    app.get_option(of_test)->needs(test);
  }
  app.option_defaults()->group("Options");
  console::add_text_output(app, "--json", o.json, "Write the figures as JSON");
  console::add_threads(app, o.threads);
  console::add_quiet(app, o.quiet);
}

void check(const CLI::App& app, const QuantizeOptions& o) {
  check(app, o.data);
  if (o.to.empty() && o.keep == 0) {
    throw std::invalid_argument("nothing to do: give --to, --keep or both");
  }
  std::error_code missing;
  if (std::filesystem::equivalent(o.model, o.out, missing)) {
    throw std::invalid_argument(fmt::format(
        "--out {}: is the model's own folder; what is taken away cannot be put back", o.out));
  }
}

console::Manual quantize_manual() {
  console::Manual manual;
  manual.summary = "make a model that train_sentiment saved smaller";
  manual.description =
      "The table of embeddings is written in fewer bits, the vocabulary is pruned, or both. The "
      "written folder is a model like any other, but one with fewer bits cannot be trained.\n\n"
      "Prints words, rows of the table and bytes before and after, with --test the accuracy too. "
      "Errors, warnings and progress go to standard error.";
  manual.sections = {
      {"Forms of the table",
       {{"", "With D numbers a row (--to):"},
        {"float16", "2 D bytes a row: half precision."},
        {"int8", "D + 8 bytes a row: whole numbers up to 255, a scale and a zero point."},
        {"int4", "D / 2 + 8 bytes a row: whole numbers up to 15, a scale and a zero point."}}}};
  manual.examples = {
      {"quantize model --to int8 --out small", "About a quarter of the bytes."},
      {"quantize model --to int8 --out small --test test.tsv", "And what that costs in accuracy."},
      {"quantize model --keep 10000 --by norm --out small", "Fewer words instead."}};
  manual.see_also = {"train_sentiment", "classify", "docs/programs.md", "docs/models.md"};
  manual.less_memory = "--keep N with a small N first, then --to int8 of what that writes";
  return manual;
}

}  // namespace tapegrad
