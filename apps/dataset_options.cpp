#include "dataset_options.hpp"

#include <map>

#include "console/console.hpp"
#include "console/given.hpp"

namespace tapegrad {

using console::plain;

void add_dataset_options(CLI::App& app, DatasetOptions& options) {
  app.add_option("--label-column", options.label_column, "Column of the label, by name or number")
      ->type_name("C");
  app.add_option("--text-column", options.text_column, "Column of the text, by name or number")
      ->type_name("C");
  const std::map<std::string, DatasetForm> forms{{"auto", DatasetForm::automatic},
                                                 {"label-text", DatasetForm::label_text},
                                                 {"tsv", DatasetForm::tsv},
                                                 {"csv", DatasetForm::csv},
                                                 {"fasttext", DatasetForm::fasttext}};
  app.add_option("--form", options.form, "Form of the files")
      ->transform(plain(CLI::CheckedTransformer(forms)))
      ->type_name("auto|label-text|tsv|csv|fasttext")
      ->default_str("auto");
  const std::map<std::string, Header> headers{
      {"auto", Header::automatic}, {"yes", Header::yes}, {"no", Header::no}};
  app.add_option("--header", options.header, "Whether TSV and CSV files have one")
      ->transform(plain(CLI::CheckedTransformer(headers)))
      ->type_name("auto|yes|no")
      ->default_str("auto");
}

void check(const CLI::App& app, const DatasetOptions& options) {
  if (options.form != DatasetForm::label_text && options.form != DatasetForm::fasttext) return;
  console::refuse(app, {"--label-column", "--text-column", "--header"},
                  "is of columns, which files of this --form do not have");
}

}  // namespace tapegrad
