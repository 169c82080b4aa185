#include <tapegrad/report/report_json.hpp>

#include <nlohmann/json.hpp>
#include <tapegrad/core/version.hpp>
#include <tapegrad/report/record_json.hpp>
#include <tapegrad/training/experiment_json.hpp>

namespace tapegrad {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

// Names and single values: lists become text.
Json flat(const Json& settings) {
  Json all = Json::object();
  for (const auto& [name, value] : settings.items()) {
    if (!value.is_array()) {
      all[name] = value;
      continue;
    }
    std::string text;
    for (const Json& each : value) text.append(text.empty() ? "" : ",").append(each.dump());
    all[name] = text;
  }
  return all;
}

// `record` is one of runs[].trainings[] of the experiment's record.
Json run_json(const Run& run, const Json& record, const ReportRecorder& recorder, std::size_t way,
              std::size_t number) {
  Json losses = Json::array(), train = Json::array(), dev = Json::array(), dev_losses = losses;
  for (const EpochRecord& epoch : run.fit.epochs) {
    losses.push_back(short_number(epoch.loss));
    train.push_back(short_number(epoch.train_accuracy));
    dev.push_back(short_number(epoch.dev_accuracy));
    dev_losses.push_back(
        short_number(recorder.dev_loss(way, number, static_cast<Index>(dev_losses.size()) + 1)));
  }
  return {{"seed", run.seed},
          {"fold", run.fold + 1},
          {"best_epoch", run.fit.best_epoch},
          {"loss", losses},
          {"train_accuracy", train},
          {"dev_accuracy", dev},
          {"dev_loss", dev_losses},
          {"test_accuracy", record.at("test_accuracy")},
          {"test_macro_f1", record.at("test_macro_f1")},
          {"seconds", short_number(run.fit.seconds)}};
}

// `record` is one of runs[] of the experiment's record.
Json way_json(const RunGroup& group, const Json& record, const ReportRecorder& recorder,
              std::size_t way, Index classes) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < group.runs.size(); ++i) {
    runs.push_back(run_json(group.runs[i], record.at("trainings").at(i), recorder, way, i));
  }
  const bool ran = !group.runs.empty();  // an interrupted experiment has ways that did not
  const TrainingRecord* recorded = ran ? recorder.record(way) : nullptr;
  return {{"name", group.embeddings.name},
          {"lr", group.lr},
          {"trainable", ran ? Json(group.values.trainable) : Json(nullptr)},
          {"values", ran ? Json(group.values.trainable + group.values.frozen) : Json(nullptr)},
          {"dev", record.at("dev").at("accuracy")},
          {"test", record.at("test").at("accuracy")},
          {"runs", runs},
          {"recorded", recorded == nullptr ? Json(nullptr) : to_json(*recorded, classes)}};
}

}  // namespace

std::string report_json(const ReportHead& head, const Corpus& corpus,
                        const ExperimentOptions& options, const ExperimentResult& result,
                        const ReportRecorder& recorder) {
  const Json record = Json::parse(to_json(corpus, options, result));
  Json ways = Json::array();
  for (std::size_t way = 0; way < result.groups.size(); ++way) {
    ways.push_back(
        way_json(result.groups[way], record.at("runs").at(way), recorder, way, corpus.classes));
  }
  const Json json = {{"format_version", format_version},
                     {"title", head.title},
                     {"created", head.created},
                     {"program", std::string("tapegrad ") + version()},
                     {"command", head.command},
                     {"cancelled", result.cancelled},
                     {"data", record.at("data")},
                     {"settings", flat(record.at("settings"))},
                     {"ways", ways}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tapegrad
