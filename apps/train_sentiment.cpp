// Trains a text classifier with frozen, fine-tuned and random embeddings, and compares them.

#include <fmt/core.h>

#include <filesystem>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/training/experiment.hpp>
#include <tapegrad/training/experiment_json.hpp>
#include <tapegrad/training/profile_json.hpp>
#include <unordered_set>

#include "console.hpp"
#include "experiment_text.hpp"
#include "options.hpp"
#include "profile_text.hpp"

namespace tg = tapegrad;
namespace console = tg::console;

namespace {

// Fails before hours of training rather than after.
void check_outputs(const tg::TrainSentimentOptions& options) {
  namespace fs = std::filesystem;
  for (const std::string& file : {options.json, options.predictions, options.trace}) {
    if (file.empty()) continue;
    const fs::path folder = fs::absolute(file).parent_path();
    if (!fs::is_directory(folder)) {
      throw std::invalid_argument(
          fmt::format("{}: the folder {} does not exist", file, folder.string()));
    }
  }
  if (!options.out.empty()) fs::create_directories(options.out);
}

tg::WordVectors load_wanted_vectors(const tg::TrainSentimentOptions& options,
                                    const tg::Corpus& corpus) {
  const std::string& path = options.vectors;
  const auto& words = corpus.texts.words.words();
  const std::unordered_set<std::string_view> wanted(words.begin(), words.end());
  const auto occurs = [&](std::string_view word) { return wanted.contains(word); };
  tg::WordVectors vectors = tg::load_vectors(path, occurs, {.cache = options.cache});
  if (!vectors.cache_written.empty() && !options.quiet) {
    fmt::print(stderr, "{}: cached in {}\n", path, vectors.cache_written);
  }
  if (vectors.duplicates > 0) {
    tg::warn(fmt::format("{}: {} words came more than once; their first vector counts", path,
                         vectors.duplicates));
  }
  return vectors;
}

// The embedded files get the same names on every machine.
void name_embedded(tg::Corpus& corpus) {
  for (auto& file : corpus.files) {
    file.spec = "embedded " + std::filesystem::path(file.spec).filename().string();
  }
}

int write_outputs(const tg::TrainSentimentOptions& options, const tg::Corpus& corpus,
                  const tg::ExperimentResult& result) {
  if (!options.json.empty()) {
    tg::write_file(options.json, tg::to_json(corpus, options.experiment, result));
  }
  if (!options.predictions.empty()) {
    tg::write_file(options.predictions, tg::predictions_text(corpus, result));
    fmt::print("predictions of {}: {}\n", result.best_name, options.predictions);
  }
  if (!options.out.empty()) {
    tg::save_model(*result.best, options.out);
    fmt::print("best model ({}): {}\n", result.best_name, options.out);
  }
  if (!result.cancelled) return console::success;
  fmt::print(stderr, "interrupted; the figures are those of the finished epochs{}\n",
             options.out.empty() ? "" : ", the best model so far is saved");
  return console::interrupted;
}

int train(tg::TrainSentimentOptions& options) {
  tg::set_threads(options.threads);
  check_outputs(options);
  console::catch_interrupts();
  tg::Corpus corpus =
      tg::load_corpus(options.train, options.dev, options.test, options.data, options.rules);
  if (options.embedded) name_embedded(corpus);
  tg::WordVectors vectors;
  if (!options.vectors.empty()) vectors = load_wanted_vectors(options, corpus);
  if (!options.quiet) fmt::print("{}", tg::data_text(corpus, options.vectors));

  console::ProgressLine line(options.quiet);
  std::string run_name;
  options.experiment.fit.cancelled = console::stop_requested;
  options.experiment.fit.progress = [&](const tg::Progress& progress) {
    line.show([&] { return tg::progress_text(run_name, progress); });
  };
  const tg::ExperimentResult result = tg::run_experiment(
      corpus, vectors, options.experiment,
      [&](const tg::EmbeddingChoice&, const std::string& name) { run_name = name; });
  line.clear();
  fmt::print("{}", tg::result_text(corpus, options.experiment, result));
  return write_outputs(options, corpus, result);
}

// The same, measured as --profile and --trace want it.
int train_profiled(tg::TrainSentimentOptions& options) {
  constexpr std::size_t most_events = 1'000'000;  // some 130 MB of JSON
  tg::start_profile({.max_events = options.trace.empty() ? 0 : most_events});
  const int code = train(options);
  const tg::Profile profile = tg::stop_profile();
  if (options.profile) fmt::print(stderr, "\n{}", tg::profile_text(profile));
  if (options.trace.empty()) return code;
  tg::write_file(options.trace, tg::to_trace_json(profile));
  if (profile.events_left_out > 0) {
    tg::warn(fmt::format("{}: holds the first {} events, {} more were left out", options.trace,
                         profile.events.size(), profile.events_left_out));
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  tg::TrainSentimentOptions options;
  tg::add_options(app, options);
  return console::run(app, argc, argv, [&] {
    tg::complete(options);
    const bool profiled = options.profile || !options.trace.empty();
    return profiled ? train_profiled(options) : train(options);
  });
}
