// Trainings so small that a test can read their report.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tapegrad/report/report.hpp>
#include <utility>
#include <vector>

#include "../training/tiny.hpp"

namespace small_report {

inline const tiny::Labelled some_train = {{"bad", "a dull film"},     {"good", "a fine film"},
                                          {"bad", "poor and dull"},   {"good", "nice and fine"},
                                          {"bad", "so so, but poor"}, {"good", "nice nice film"}};
inline const tiny::Labelled some_dev = {{"bad", "dull"}, {"good", "fine"}};
inline const tiny::Labelled some_test = {{"bad", "poor film"}, {"good", "a nice surprise"}};

inline tapegrad::Corpus corpus(const tiny::Labelled& test = some_test) {
  tapegrad::Corpus all = tiny::corpus(some_train, some_dev, test);
  all.files = {{"train", "made up", "tests", some_train.size()}};
  return all;
}

inline tapegrad::WordVectors vectors() {
  return {{"dull", "film", "fine", "nice", "poor", "surprise"}, tiny::table(6, 4)};
}

struct Recorded {
  tapegrad::Corpus corpus;
  tapegrad::ExperimentOptions options;
  tapegrad::ExperimentResult result;
  std::unique_ptr<tapegrad::ReportRecorder> recorder;

  nlohmann::ordered_json json() const {
    return nlohmann::ordered_json::parse(
        report_json({"title", "command", "now"}, corpus, options, result, *recorder));
  }
};

inline tapegrad::ExperimentOptions options_of(const std::vector<std::string>& ways) {
  tapegrad::ExperimentOptions options;
  for (const auto& name : ways) options.embeddings.push_back(tapegrad::embedding_choice(name));
  options.seeds = 2;
  options.fit.epochs = 3;
  options.fit.batch_size = 2;
  options.lr = 0.05;
  return options;
}

inline Recorded run(tapegrad::Corpus data, const tapegrad::ExperimentOptions& options,
                    tapegrad::ReportOptions wanted = {}) {
  Recorded all{std::move(data), options, {}, nullptr};
  const tapegrad::WordVectors words = vectors();
  all.recorder =
      std::make_unique<tapegrad::ReportRecorder>(all.corpus, words, all.options, std::move(wanted));
  all.options.observer = all.recorder.get();
  all.result = tapegrad::run_experiment(all.corpus, words, all.options);
  return all;
}

}  // namespace small_report
