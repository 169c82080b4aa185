// Trains a text classifier with frozen, fine-tuned and random embeddings, and compares them.

#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <tapegrad/core/format.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/experiment.hpp>
#include <unordered_set>

#include "console/console.hpp"
#include "console/given.hpp"
#include "experiment_text.hpp"
#include "report_files.hpp"
#include "sentiment_options.hpp"
#include "sentiment_outputs.hpp"

namespace tg = tapegrad;
namespace console = tg::console;

namespace {

tg::VectorOptions vector_options(const tg::TrainSentimentOptions& options,
                                 tg::ReadProgress progress) {
  return {.cache = options.cache,
          .malformed = options.malformed_vectors,
          .progress = std::move(progress)};
}

tg::WordVectors load_wanted_vectors(const tg::TrainSentimentOptions& options,
                                    const tg::Corpus& corpus) {
  const std::string& path = options.vectors;
  const auto& words = corpus.texts.words.words();
  const std::unordered_set<std::string_view> wanted(words.begin(), words.end());
  const auto occurs = [&](std::string_view word) { return wanted.contains(word); };
  console::ReadingLine reading(options.quiet);
  tg::WordVectors vectors =
      tg::load_vectors(path, occurs, vector_options(options, reading.callback()));
  reading.clear();
  if (!vectors.cache_written.empty() && !options.quiet) {
    console::tell(fmt::format("{}: cached in {}", path, vectors.cache_written));
  }
  if (vectors.duplicates > 0) {
    tg::warn(fmt::format("{}: {} more than once, of which the first vector counts", path,
                         tg::counted(vectors.duplicates, "word")));
  }
  return vectors;
}

// The embedded files get the same names on every machine.
void name_embedded(tg::Corpus& corpus) {
  for (auto& file : corpus.files) {
    file.spec = "embedded " + std::filesystem::path(file.spec).filename().string();
  }
}

// Whether a text can have such a word: tokens hold neither, and lists of words are cut at line
// ends.
bool may_occur(std::string_view word) {
  return word.find_first_of(std::string_view("\0\n ", 3)) == std::string_view::npos;
}

// The vectors of the file that the best model has no row for.
tg::KeptVectors load_kept_vectors(const tg::TrainSentimentOptions& options,
                                  const tg::ExperimentResult& result) {
  const std::string embeddings = result.best_name.substr(0, result.best_name.find(','));
  if (!tg::embedding_choice(embeddings).pretrained) {
    tg::warn(
        fmt::format("--keep-vectors: the best model ({}) has no pretrained vectors, none are kept",
                    result.best_name));
    return {};
  }
  const tg::Vocabulary& vocabulary = result.best->vocabulary;
  const auto unknown = [&](std::string_view word) {
    return may_occur(word) && !vocabulary.find(word);
  };
  console::ReadingLine reading(options.quiet);
  tg::WordVectors vectors =
      tg::load_vectors(options.vectors, unknown, vector_options(options, reading.callback()));
  return {std::move(vectors.words), std::move(vectors.values)};
}

// How many trainings the comparison has.
std::size_t trainings_of(const tg::TrainSentimentOptions& options) {
  const tg::Index folds = options.test.empty() ? options.experiment.folds : 1;
  return options.experiment.embeddings.size() *
         static_cast<std::size_t>(options.experiment.seeds * folds);
}

// How far the comparison is.
class TrainingLine {
 public:
  /// `trainings`: how many there will be; 0: not known.
  TrainingLine(bool quiet, std::size_t trainings) : line_(quiet), trainings_(trainings) {}

  void begin(const std::string& name) {
    name_ = name;
    ++begun_;
  }
  void show(const tg::Progress& progress) {
    if (trainings_ == 0) {
      return line_.show([&] {
        return fmt::format("{} left of this training, {}", console::duration(progress.seconds_left),
                           tg::progress_text(name_, progress));
      });
    }
    const double share = (static_cast<double>(begun_ - 1) + tg::share_of(progress)) /
                         static_cast<double>(trainings_);
    const auto text = [&] {
      const std::string which =
          trainings_ == 1 ? name_ : fmt::format("{} ({} of {})", name_, begun_, trainings_);
      return tg::progress_text(which, progress);
    };
    line_.show(text, share);
  }
  void clear() { line_.clear(); }

 private:
  console::ProgressLine line_;
  std::size_t trainings_;
  std::size_t begun_ = 0;
  std::string name_;
};

int train(const CLI::App& app, tg::TrainSentimentOptions& options) {
  tg::set_threads(options.threads);
  tg::prepare_outputs(options);
  const auto checkpoints = tg::open_checkpoints(options.checkpoints, options.quiet);
  options.experiment.fit.checkpoints = checkpoints.get();
  console::ReadingLine reading(options.quiet);
  options.data.progress = reading.callback();
  tg::Corpus corpus =
      tg::load_corpus(options.train, options.dev, options.test, options.data, options.rules);
  reading.clear();
  if (options.embedded) name_embedded(corpus);
  tg::WordVectors vectors;
  if (!options.vectors.empty()) vectors = load_wanted_vectors(options, corpus);
  console::catch_interrupts();
  console::print_note(tg::data_text(corpus, options.vectors));

  std::optional<tg::ReportRecorder> recorder;
  if (!options.report.empty() || !options.exports.empty()) {
    recorder.emplace(corpus, vectors, options.experiment,
                     tg::ReportOptions{.words = options.report_words});
    options.experiment.observer = &*recorder;
  }
  const std::size_t trainings = checkpoints && checkpoints->resumed() ? 0 : trainings_of(options);
  TrainingLine line(options.quiet, trainings);
  options.experiment.fit.cancelled = console::stop_requested;
  options.experiment.fit.progress = [&](const tg::Progress& progress) { line.show(progress); };
  tg::ExperimentResult result = console::naming_options(app, [&] {
    return tg::run_experiment(
        corpus, vectors, options.experiment,
        [&](const tg::EmbeddingChoice&, const std::string& name) { line.begin(name); });
  });
  line.clear();
  return tg::write_outputs(options, corpus, result, recorder ? &*recorder : nullptr,
                           [&] { return load_kept_vectors(options, result); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  tg::TrainSentimentOptions options;
  tg::add_options(app, options);
  return console::run(app, tg::train_sentiment_manual(), argc, argv, [&] {
    tg::complete(app, options);
    options.command = tg::command_line(argc, argv);
    return console::run_measured(options.profile, options.trace,
                                 [&] { return train(app, options); });
  });
}
