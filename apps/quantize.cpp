// Makes a trained classifier smaller: its table in fewer bits, its vocabulary pruned.

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/metrics.hpp>
#include <tapegrad/training/smaller_model.hpp>

#include "console.hpp"
#include "dataset_options.hpp"

namespace tg = tapegrad;
namespace console = tg::console;
namespace fs = std::filesystem;

namespace {

constexpr const char* description =
    "Makes a model that train_sentiment saved smaller, for use: the table of embeddings in fewer "
    "bits, the vocabulary pruned, or both. The written folder is a model like any other, but one "
    "with fewer bits cannot be trained.\n\n"
    "Prints rows and bytes before and after, with --test the accuracy too. Warnings go to standard "
    "error.";

constexpr const char* footer =
    "Forms of the table (--to), with D numbers a row:\n"
    "  float16   2 D bytes a row: half precision\n"
    "  int8      D + 8 bytes a row: whole numbers up to 255, a scale and a zero point\n"
    "  int4      D / 2 + 8 bytes a row: whole numbers up to 15, a scale and a zero point\n\n"
    "Examples:\n"
    "  quantize model --to int8 --out small\n"
    "  quantize model --to int8 --out small --test test.tsv\n"
    "  quantize model --keep 10000 --by norm --out small\n\n"
    "Exit status: 0, 1 for an error in a file, 2 for one in the options.";

struct Options {
  std::string model, out, test;
  std::string to, by = "frequency";
  tg::Index keep = 0;  // 0: all
  tg::DatasetOptions data;
  int threads = 0;
};

void add_options(CLI::App& app, Options& o) {
  app.name("quantize");
  app.description(description);
  app.footer(footer);
  app.get_formatter()->column_width(32);
  app.option_defaults()->group("Model");
  app.add_option("MODEL", o.model, "Folder of the model")->required()->type_name("DIR");
  app.add_option("--out", o.out, "Folder to write the smaller model into")
      ->required()
      ->type_name("DIR");
  app.add_option("--to", o.to, "Form of the table")
      ->check(console::plain(CLI::IsMember({"float16", "int8", "int4"})))
      ->type_name("float16|int8|int4");
  CLI::Option* keep =
      app.add_option("--keep", o.keep,
                     "Keep at most so many words, <pad> and <unk> among them; the others become "
                     "<unk>, whose vector becomes the mean of theirs")
          ->check(console::plain(CLI::Range(2, 2147483647)))
          ->type_name("N");
  app.add_option("--by", o.by,
                 "Words to keep: the most frequent in training, or those of the largest norm")
      ->capture_default_str()
      ->check(console::plain(CLI::IsMember({"frequency", "norm"})))
      ->needs(keep)
      ->type_name("frequency|norm");
  app.option_defaults()->group("Test");
  app.add_option("--test", o.test, "Labelled texts to measure the accuracy on")->type_name("F");
  tg::add_dataset_options(app, o.data);
  app.option_defaults()->group("Options");
  app.add_option("--threads", o.threads,
                 "Threads (0: one a processor); results do not depend on it")
      ->capture_default_str()
      ->check(console::plain(CLI::NonNegativeNumber))
      ->type_name("N");
}

void check(const Options& o) {
  if (o.to.empty() && o.keep == 0) {
    throw std::invalid_argument("nothing to do: give --to, --keep or both");
  }
  std::error_code missing;
  if (fs::equivalent(o.model, o.out, missing)) {
    throw std::invalid_argument(fmt::format(
        "--out {}: is the model's own folder; what is taken away cannot be put back", o.out));
  }
}

tg::ClassifierModel make_smaller(const tg::ClassifierModel& model, const Options& o) {
  if (model.net.quantized() != nullptr) {
    throw std::runtime_error(
        fmt::format("{}: is quantized already ({}); take the model that it was made of", o.model,
                    to_string(model.net.quantized()->kind())));
  }
  const tg::ClassifierModel all =
      o.keep == 0 ? model : tg::pruned(model, o.keep, tg::keep_by(o.by));
  if (o.to.empty()) return all;
  try {
    return tg::quantized(all, tg::quantized_kind(o.to));
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(fmt::format("{}: {}", o.model, error.what()));
  }
}

tg::Dataset load_test(const Options& o, const std::vector<std::string>& labels) {
  tg::Dataset data = tg::load_dataset(o.test, o.data, labels);
  if (data.label_names.size() > labels.size()) {
    throw std::runtime_error(fmt::format("{}: has the label \"{}\", the model knows {}", o.test,
                                         data.label_names.back(), fmt::join(labels, ", ")));
  }
  return data;
}

// A line of the table: what a model in a folder takes, and is worth.
void print_line(const char* name, const tg::ClassifierModel& model, const std::string& folder,
                const std::optional<tg::Dataset>& test) {
  std::uintmax_t bytes = 0;
  for (const std::string& file : tg::model_files()) {
    const fs::path path = fs::path(folder) / file;
    if (fs::exists(path)) bytes += fs::file_size(path);
  }
  fmt::print("{:<8}{:>10}{:>10}{:>14}", name, model.vocabulary.size(), model.net.table_shape()[0],
             bytes);
  if (test) {
    const std::vector<std::string> texts(test->texts.begin(), test->texts.end());
    const auto labels = predict(model.net, encode(model, texts)).labels;
    fmt::print("{:>10.4f}", tg::measure(test->labels, labels).accuracy);
  }
  fmt::print("\n");
}

int make(const Options& options) {
  check(options);
  tg::set_threads(options.threads);
  const tg::ClassifierModel model = tg::load_model(options.model);
  std::optional<tg::Dataset> test;
  if (!options.test.empty()) test = load_test(options, model.labels);
  tg::save_model(make_smaller(model, options), options.out);
  fmt::print("{:<8}{:>10}{:>10}{:>14}{}\n", "", "words", "rows", "bytes", test ? "  accuracy" : "");
  print_line("before", model, options.model, test);
  print_line("after", tg::load_model(options.out), options.out, test);
  fmt::print("smaller model: {}\n", options.out);
  return console::success;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  Options options;
  add_options(app, options);
  return console::run(app, argc, argv, [&] { return make(options); });
}
