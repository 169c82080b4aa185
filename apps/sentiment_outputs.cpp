#include "sentiment_outputs.hpp"

#include <fmt/core.h>

#include <exception>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <tapegrad/core/log.hpp>
#include <tapegrad/text/vectors_save.hpp>
#include <tapegrad/training/experiment_json.hpp>
#include <tapegrad/training/model_vectors.hpp>
#include <utility>
#include <vector>

#include "console/console.hpp"
#include "experiment_text.hpp"
#include "report_files.hpp"

namespace tapegrad {
namespace {

namespace fs = std::filesystem;

// Does one thing after the other, also those behind one that fails.
class Attempts {
 public:
  /// False if it fails.
  template <class Act>
  bool operator()(const Act& act) {
    try {
      act();
      return true;
    } catch (const std::exception& error) {
      if (first_) warn(error.what());
      if (!first_) first_ = std::current_exception();
      return false;
    }
  }
  /// Throws the first error.
  void end() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::exception_ptr first_;
};

void keep_vectors(const TrainSentimentOptions& options, ClassifierModel& model,
                  const std::function<KeptVectors()>& load_kept) {
  try {
    model.kept = load_kept();
    if (!model.kept.words.empty()) save_model(model, options.out);
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("--keep-vectors: {}; the model in {} is saved without",
                                         error.what(), options.out));
  }
}

void print(const ExperimentOptions& options, const Corpus& corpus, const ExperimentResult& result) {
  console::print_note(setup_text(corpus, options, result));
  console::print_result(result_text(options, result));
  console::print_note(padding_text(result));
}

// A training diverged: shows those before it, and saves the best model so far alone.
[[noreturn]] void give_up(const TrainSentimentOptions& options, const Corpus& corpus,
                          const ExperimentResult& result) {
  std::string text = result.diverged;
  if (!options.out.empty() && result.best) {
    save_model(*result.best, options.out);
    text +=
        fmt::format("; the best model so far ({}) is saved in {}", result.best_name, options.out);
  }
  if (!result.groups[0].runs.empty()) {
    print(options.experiment, corpus, result);
  }
  throw std::runtime_error(text);
}

}  // namespace

void prepare_outputs(const TrainSentimentOptions& options) {
  std::map<fs::path, const char*> taken;
  std::vector<std::pair<const char*, std::string>> files{{"--json", options.json},
                                                         {"--predictions", options.predictions},
                                                         {"--trace", options.trace},
                                                         {"--save-vectors", options.save_vectors},
                                                         {"--report", options.report}};
  const bool npy =
      !options.save_vectors.empty() && vector_form(options.save_vectors) == VectorForm::npy;
  if (npy) files.emplace_back("--save-vectors", words_file(options.save_vectors));
  for (const auto& [option, file] : files) {
    console::check_folder_of(file);
    if (file.empty() || file == "-" || (fs::exists(file) && !fs::is_regular_file(file))) continue;
    const auto [other, first] = taken.emplace(fs::weakly_canonical(fs::absolute(file)), option);
    if (first) continue;
    throw std::invalid_argument(
        fmt::format("{} and {}: would both be written to {}", other->second, option, file));
  }
  for (const std::string& folder : {options.out, options.exports}) {
    if (!folder.empty()) console::make_folder(folder);
  }
}

int write_outputs(const TrainSentimentOptions& options, const Corpus& corpus,
                  ExperimentResult& result, const ReportRecorder* recorder,
                  const std::function<KeptVectors()>& load_kept) {
  if (!result.diverged.empty()) give_up(options, corpus, result);
  if (!result.best) {
    console::tell("interrupted before an epoch was finished; nothing is written" +
                  how_to_go_on(options.checkpoints));
    return console::interrupted;
  }
  Attempts attempt;
  const auto note = [&](const std::string& what, const std::string& where) {
    console::print_note(fmt::format("{}: {}\n", what, where));
  };
  const bool saved =
      !options.out.empty() && attempt([&] { save_model(*result.best, options.out); });
  attempt([&] { print(options.experiment, corpus, result); });
  if (options.keep_vectors && saved) {
    attempt([&] { keep_vectors(options, *result.best, load_kept); });
  }
  if (!options.json.empty()) {
    attempt(
        [&] { console::write_record(options.json, to_json(corpus, options.experiment, result)); });
  }
  if (!options.predictions.empty()) {
    attempt([&] {
      console::write_record(options.predictions, predictions_text(corpus, result));
      note(fmt::format("predictions of {}", result.best_name), options.predictions);
    });
  }
  if (saved) {
    attempt([&] { note(fmt::format("best model ({})", result.best_name), options.out); });
  }
  if (!options.save_vectors.empty()) {
    attempt([&] {
      save_vectors(options.save_vectors, *result.best);
      note(fmt::format("word vectors of {}", result.best_name), options.save_vectors);
    });
  }
  if (recorder != nullptr) {
    attempt([&] { write_report_files(options, corpus, result, *recorder); });
  }
  if (result.cancelled) {
    console::tell(fmt::format("interrupted; the figures are those of the finished epochs{}{}",
                              saved ? ", the best model so far is saved" : "",
                              how_to_go_on(options.checkpoints)));
  }
  attempt.end();
  return result.cancelled ? console::interrupted : console::success;
}

}  // namespace tapegrad
