// Makes a trained classifier smaller: its table in fewer bits, its vocabulary pruned.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/json_string.hpp>
#include <tapegrad/training/metrics.hpp>
#include <tapegrad/training/serving.hpp>
#include <tapegrad/training/smaller_model.hpp>
#include <utility>

#include "console/color.hpp"
#include "console/console.hpp"
#include "quantize_options.hpp"

namespace tg = tapegrad;
namespace console = tg::console;
namespace fs = std::filesystem;

namespace {

tg::ClassifierModel make_smaller(const tg::ClassifierModel& model, const tg::QuantizeOptions& o) {
  if (model.net.quantized() != nullptr) {
    throw std::runtime_error(
        fmt::format("{}: is quantized already ({}); take the model that it was made of", o.model,
                    to_string(model.net.quantized()->kind())));
  }
  tg::ClassifierModel all = o.keep == 0 ? model : tg::pruned(model, o.keep, tg::keep_by(o.by));
  if (o.to.empty()) return all;
  try {
    return tg::quantized(all, tg::quantized_kind(o.to));
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(fmt::format("{}: {}", o.model, error.what()));
  }
}

tg::Dataset load_test(const tg::QuantizeOptions& o, const std::vector<std::string>& labels) {
  tg::Dataset data = tg::load_dataset(o.test, o.data, labels);
  if (data.label_names.size() > labels.size()) {
    throw std::runtime_error(fmt::format("{}: has the label \"{}\", the model knows {}", o.test,
                                         data.label_names.back(), fmt::join(labels, ", ")));
  }
  return data;
}

// What a model in a folder takes, and is worth.
struct Figures {
  tg::Index words = 0;
  std::size_t rows = 0;
  std::uintmax_t bytes = 0;
  std::optional<double> accuracy;  // with --test
};

// The share of the test texts whose label the model tells, as classify does, kept vectors and all.
// In pieces, for the sake of progress and Ctrl-C, after which the result means nothing.
double accuracy(const char* name, const tg::Serving& model, const tg::Dataset& test, bool quiet) {
  constexpr std::size_t batch = 256;
  constexpr std::size_t at_once = 64 * batch;
  const std::size_t all = test.texts.size();
  const auto texts = [&](std::size_t n) {
    return test.texts.begin() + static_cast<std::ptrdiff_t>(n);
  };
  console::ProgressLine line(quiet);
  std::vector<tg::Index> labels(all);
  for (std::size_t begin = 0; begin < all && !console::stop_requested(); begin += at_once) {
    const std::size_t end = std::min(all, begin + at_once);
    tg::parallel_for((end - begin + batch - 1) / batch, [&](std::size_t part) {
      const std::size_t from = begin + part * batch;
      const std::size_t to = std::min(end, from + batch);
      const auto some = model.predict(model.encode({texts(from), texts(to)})).labels;
      std::copy(some.begin(), some.end(), labels.begin() + static_cast<std::ptrdiff_t>(from));
    });
    const double share = static_cast<double>(end) / static_cast<double>(all);
    line.show([&] { return fmt::format("testing {}", name); }, share);
  }
  return tg::measure(test.labels, labels).accuracy;
}

Figures figures(const char* name, tg::ClassifierModel model, const std::string& folder,
                const std::optional<tg::Dataset>& test, bool quiet) {
  std::uintmax_t bytes = 0;
  for (const std::string& file : tg::model_files()) {
    const fs::path path = fs::path(folder) / file;
    if (fs::exists(path)) bytes += fs::file_size(path);
  }
  Figures figures{model.vocabulary.size(), model.net.table_shape()[0], bytes, std::nullopt};
  if (test) figures.accuracy = accuracy(name, tg::Serving(std::move(model)), *test, quiet);
  return figures;
}

std::string line_text(const char* name, const Figures& figures) {
  std::string line =
      fmt::format("{:<8}{:>10}{:>10}{:>14}", name, figures.words, figures.rows, figures.bytes);
  if (figures.accuracy) line += fmt::format("{:>10.4f}", *figures.accuracy);
  return line + "\n";
}

std::string json_text(const tg::QuantizeOptions& options, const Figures& before,
                      const Figures& after) {
  const auto object = [](const Figures& f) {
    return fmt::format("{{\"words\": {}, \"rows\": {}, \"bytes\": {}, \"accuracy\": {}}}", f.words,
                       f.rows, f.bytes, f.accuracy ? fmt::format("{:.6g}", *f.accuracy) : "null");
  };
  return fmt::format(
      "{{\n  \"format_version\": 1,\n  \"model\": {},\n  \"out\": {},\n  \"before\": {},\n"
      "  \"after\": {}\n}}\n",
      tg::json_string(options.model), tg::json_string(options.out), object(before), object(after));
}

int make(const CLI::App& app, tg::QuantizeOptions& options) {
  check(app, options);
  console::check_folder_of(options.json);
  tg::set_threads(options.threads);
  console::ReadingLine reading(options.quiet);
  options.data.progress = reading.callback();
  tg::ClassifierModel model = tg::load_model(options.model);
  std::optional<tg::Dataset> test;
  if (!options.test.empty()) test = load_test(options, model.labels);
  reading.clear();
  console::catch_interrupts();
  tg::save_model(make_smaller(model, options), options.out);
  const Figures before = figures("before", std::move(model), options.model, test, options.quiet);
  const Figures after =
      figures("after", tg::load_model(options.out), options.out, test, options.quiet);
  if (console::stop_requested()) {
    console::tell(
        fmt::format("interrupted; the smaller model is in {}, and was not tested", options.out));
    return console::interrupted;
  }
  console::write_record(options.json, json_text(options, before, after));
  console::print_result(console::table_head(fmt::format(
      "{:<8}{:>10}{:>10}{:>14}{}\n", "", "words", "rows", "bytes", test ? "  accuracy" : "")));
  console::print_result(line_text("before", before) + line_text("after", after));
  console::print_note(fmt::format("smaller model: {}\n", options.out));
  return console::success;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  tg::QuantizeOptions options;
  tg::add_options(app, options);
  return console::run(app, tg::quantize_manual(), argc, argv, [&] { return make(app, options); });
}
