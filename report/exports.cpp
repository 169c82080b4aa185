#include <tapegrad/report/exports.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/format.hpp>

namespace tapegrad {
namespace {

using Json = nlohmann::ordered_json;

// Nothing stands for what was not measured.
std::string csv_field(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

constexpr std::array metric_names = {"embeddings",     "seed",     "fold",         "epoch", "loss",
                                     "train_accuracy", "dev_loss", "dev_accuracy", "best"};

using Metrics = std::array<Json, metric_names.size()>;

// The values of metric_names, at each epoch of each training.
std::vector<Metrics> metrics(const ExperimentResult& result, const ReportRecorder& recorder) {
  std::vector<Metrics> lines;
  for (std::size_t way = 0; way < result.groups.size(); ++way) {
    const std::vector<Run>& runs = result.groups[way].runs;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      Index number_of_epoch = 0;
      for (const EpochRecord& epoch : runs[i].fit.epochs) {
        ++number_of_epoch;
        lines.push_back({result.groups[way].embeddings.name, runs[i].seed, runs[i].fold,
                         number_of_epoch, number(epoch.loss), number(epoch.train_accuracy),
                         number(recorder.dev_loss(way, i, number_of_epoch)),
                         number(epoch.dev_accuracy), number_of_epoch == runs[i].fit.best_epoch});
      }
    }
  }
  return lines;
}

void write_metrics(const std::string& folder, const std::vector<Metrics>& lines) {
  std::string jsonl, csv = fmt::format("{}\n", fmt::join(metric_names, ","));
  for (const Metrics& line : lines) {
    Json named;
    const char* comma = "";
    for (std::size_t i = 0; i < line.size(); ++i) {
      named[metric_names[i]] = line[i];
      csv += comma;
      csv += csv_field(line[i]);
      comma = ",";
    }
    csv += '\n';
    jsonl += named.dump() + "\n";
  }
  write_file(folder + "/metrics.jsonl", jsonl);
  write_file(folder + "/metrics.csv", csv);
}

std::string vectors_text(const Array& vectors) {
  std::string text;
  const std::size_t width = vectors.shape()[1];
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}", vectors.data()[i],
                   (i + 1) % width == 0 ? '\n' : '\t');
  }
  return text;
}

// Of the words at a time; `said` is what the model said of each of them then.
std::string metadata_text(const TrainingRecord& record, const Corpus& corpus,
                          const Predictions& said, const std::vector<double>& norms) {
  std::string text = "word\tcount\tpretrained\tleaning";
  for (Index c = 0; c < corpus.classes; ++c) {
    text += fmt::format("\tp({})", tsv_field(corpus.label_names[static_cast<std::size_t>(c)]));
  }
  text += "\tnorm\tmoved\ttouched\n";
  for (std::size_t i = 0; i < record.words.size(); ++i) {
    const auto leaning = static_cast<std::size_t>(said.labels[i]);
    fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}", tsv_field(record.words[i]),
                   record.counts[i], record.pretrained[i] ? "yes" : "no",
                   tsv_field(corpus.label_names[leaning]));
    for (std::size_t c = 0; c < static_cast<std::size_t>(corpus.classes); ++c) {
      fmt::format_to(std::back_inserter(text), "\t{:.4f}", said.probabilities(i, c));
    }
    fmt::format_to(std::back_inserter(text), "\t{:.5g}\t{:.5g}\t{}\n", norms[i], record.moved[i],
                   record.touched[i]);
  }
  return text;
}

// A way's name as that of a folder: thaw-2 for thaw:2; with its number if that is taken.
std::string folder_name(const std::vector<RunGroup>& groups, std::size_t way) {
  std::string name = groups[way].embeddings.name;
  std::replace(name.begin(), name.end(), ':', '-');
  const bool taken = std::any_of(
      groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(way),
      [&](const RunGroup& g) { return g.embeddings.name == groups[way].embeddings.name; });
  return taken ? fmt::format("{}-{}", name, way + 1) : name;
}

// Returns its entry for projector_config.pbtxt.
std::string write_words(const std::string& folder, const std::string& name, const Array& vectors,
                        const std::string& metadata) {
  std::filesystem::create_directories(folder + "/" + name);
  write_file(folder + "/" + name + "/vectors.tsv", vectors_text(vectors));
  write_file(folder + "/" + name + "/metadata.tsv", metadata);
  return fmt::format(
      "embeddings {{\n  tensor_name: \"{0}\"\n  tensor_path: \"{0}/vectors.tsv\"\n"
      "  metadata_path: \"{0}/metadata.tsv\"\n}}\n",
      name);
}

}  // namespace

void write_exports(const std::string& folder, const Corpus& corpus, const ExperimentResult& result,
                   const ReportRecorder& recorder) {
  std::filesystem::create_directories(folder);
  write_metrics(folder, metrics(result, recorder));
  std::string config;
  for (std::size_t way = 0; way < result.groups.size(); ++way) {
    const TrainingRecord* record = recorder.record(way);
    if (record == nullptr || record->words.empty()) continue;
    const auto best = std::find(record->epochs.begin(), record->epochs.end(), record->best_epoch);
    const auto at_best = static_cast<std::size_t>(best - record->epochs.begin());
    const std::string name = folder_name(result.groups, way);
    config +=
        write_words(folder, name + "/before", record->before,
                    metadata_text(*record, corpus, record->alone.front(), record->norm_before));
    config +=
        write_words(folder, name + "/after", record->after,
                    metadata_text(*record, corpus, record->alone[at_best], record->norm_after));
  }
  write_file(folder + "/projector_config.pbtxt", config);
}

}  // namespace tapegrad
