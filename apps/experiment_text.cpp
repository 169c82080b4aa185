#include "experiment_text.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tapegrad/core/format.hpp>

#include "console/color.hpp"

namespace tapegrad {
namespace {

// One run alone has no spread.
std::string spread_text(const Spread& spread, std::size_t runs) {
  return runs == 1 ? fmt::format("{:.4f}", spread.mean)
                   : fmt::format("{:.4f} ± {:.4f}", spread.mean, spread.sd);
}

// What the scores are.
std::string table_note(const ExperimentOptions& options, const ExperimentResult& result) {
  const char* const best = "the epoch is the best on dev";
  if (result.folds <= 1 && options.seeds == 1) return fmt::format("({})\n", best);
  return fmt::format("(mean ± standard deviation over {}; {})\n",
                     result.folds > 1 ? "folds" : "seeds", best);
}

// Figures of a group that are means over its runs.
struct GroupMeans {
  double epochs = 0;
  double seconds_an_epoch = 0;
  double examples_a_second = 0;
};

GroupMeans group_means(const RunGroup& group) {
  double epochs = 0;
  double seconds = 0;
  double examples = 0;
  for (const Run& run : group.runs) {
    epochs += static_cast<double>(run.fit.epochs.size());
    seconds += run.fit.seconds;
    examples += static_cast<double>(run.fit.examples);
  }
  return {epochs / static_cast<double>(group.runs.size()), seconds / epochs, examples / seconds};
}

// Two tables, each of which a terminal of 80 columns has room for.
std::string scores_text(const ExperimentResult& result) {
  std::string text =
      console::table_head(fmt::format("{:<12} {:<15}  {:<15}  {}\n", "embeddings", "dev accuracy",
                                      "test accuracy", "test macro-F1"));
  for (const RunGroup& group : result.groups) {
    const std::size_t runs = group.runs.size();
    if (runs == 0) continue;
    text += fmt::format("{:<12} {:<15}  {:<15}  {}\n", group.embeddings.name,
                        spread_text(group.dev_accuracy(), runs),
                        spread_text(group.test_accuracy(), runs),
                        spread_text(group.test_macro_f1(), runs));
  }
  return text;
}

std::string trainings_text(const ExperimentResult& result) {
  std::string text = console::table_head(
      fmt::format("{:<12} {:>11} {:>11} {:>8} {:>8} {:>9} {:>12}\n", "embeddings", "trainable",
                  "frozen", "lr", "epochs", "s/epoch", "examples/s"));
  for (const RunGroup& group : result.groups) {
    if (group.runs.empty()) continue;
    const GroupMeans means = group_means(group);
    text += fmt::format(
        "{:<12} {:>11} {:>11} {:>8} {:>8} {:>9.3f} {:>12}\n", group.embeddings.name,
        grouped(group.values.trainable), grouped(group.values.frozen),
        fmt::format("{:g}", group.lr), fmt::format("{:g}", std::round(10 * means.epochs) / 10),
        means.seconds_an_epoch, grouped(static_cast<std::size_t>(means.examples_a_second)));
  }
  return text;
}

std::string padding_text(const RunGroup& group) {
  PaddingProof all;
  for (const Run& run : group.runs) {
    const PaddingProof& one = run.fit.padding;
    all.steps += one.steps;
    all.rows += one.rows;
    all.padding_steps += one.padding_steps;
    all.norm_before = std::max(all.norm_before, one.norm_before);
    all.norm_after = std::max(all.norm_after, one.norm_after);
  }
  const std::string& name = group.embeddings.name;
  if (all.steps == 0) return fmt::format("  {:<11} the table got no gradient at all\n", name);
  return fmt::format(
      "  {:<11} {} in {}; row 0 (padding) among them {}; norm of row 0: {:g} "
      "before, {:g} after\n",
      name, counted(all.rows, "gradient row"), counted(all.steps, "step"),
      all.padding_steps == 0 ? "never" : counted(all.padding_steps, "time"), all.norm_before,
      all.norm_after);
}

std::string network_text(const ClassifierConfig& net, Index width) {
  switch (net.kind) {
    case ModelKind::bag:
      return fmt::format("{} of embeddings [{}] -> linear",
                         net.nb_weights ? "Naive-Bayes weighted mean" : "mean", width);
    case ModelKind::mean:
      return fmt::format("mean of embeddings [{}] -> hidden layer [{}] -> linear", width,
                         net.hidden);
    default:
      return fmt::format("embeddings [{}] -> {} filters of each width {} -> maximum -> linear",
                         width, net.filters, fmt::join(net.filter_widths, ", "));
  }
}

std::string model_text(const Corpus& corpus, const ExperimentOptions& options,
                       const ExperimentResult& result) {
  const ClassifierConfig& net = options.classifier;
  return fmt::format(
      "model: {}, {} classes ({}), dropout {:g}, {}, batches of {}; {}{}\n",
      network_text(net, result.width), corpus.classes,
      fmt::join(corpus.label_names.begin(),
                corpus.label_names.begin() + std::min<Index>(corpus.classes, 8), ", "),
      net.dropout, options.optimizer, options.fit.batch_size, counted(options.seeds, "seed"),
      result.folds > 1 ? fmt::format(", {} folds", result.folds) : "");
}

}  // namespace

std::string data_text(const Corpus& corpus, const std::string& vectors) {
  std::string text;
  for (const auto& file : corpus.files) {
    text += fmt::format("{:<8} {:>7} {:<5}  {} ({})\n", file.use, grouped(file.texts),
                        file.texts == 1 ? "text" : "texts", file.spec, file.form);
  }
  if (!vectors.empty()) text += fmt::format("vectors                 {}\n", vectors);
  return text;
}

double share_of(const Progress& progress) {
  const double of_epoch = static_cast<double>(progress.batch) /
                          static_cast<double>(std::max<std::size_t>(1, progress.batches));
  return (static_cast<double>(progress.epoch) - 1 + of_epoch) /
         static_cast<double>(std::max<Index>(1, progress.epochs));
}

std::string progress_text(const std::string& run, const Progress& progress) {
  return fmt::format("epoch {} of {}, {}, loss {:.3f}, accuracy {:.3f}, {} examples/s",
                     progress.epoch, progress.epochs, run, progress.loss, progress.accuracy,
                     grouped(static_cast<std::size_t>(progress.examples_per_second)));
}

std::string setup_text(const Corpus& corpus, const ExperimentOptions& options,
                       const ExperimentResult& result) {
  std::string text = fmt::format("words:   vocabulary of {}", grouped(result.vocabulary_size));
  if (result.ngrams > 0) {
    text += fmt::format(", {} n-grams of up to {} words", grouped(result.ngrams),
                        options.vocabulary.ngrams.order);
  }
  if (result.coverage.types_found > 0) text += "; vectors for " + to_string(result.coverage);
  text += '\n';
  if (result.texts_cut > 0) {
    text += fmt::format("cut:     {} after {}\n", counted(result.texts_cut, "text"),
                        counted(options.vocabulary.max_tokens, "word"));
  }
  return text + model_text(corpus, options, result) + "\n";
}

std::string result_text(const ExperimentOptions& options, const ExperimentResult& result) {
  return scores_text(result) + table_note(options, result) + "\n" + trainings_text(result);
}

std::string padding_text(const ExperimentResult& result) {
  std::string text = "\npadding:\n";
  for (const RunGroup& group : result.groups) {
    if (!group.runs.empty()) text += padding_text(group);
  }
  return text;
}

std::string predictions_text(const Corpus& corpus, const ExperimentResult& result) {
  const TestPredictions& test = result.best_predictions;
  std::string text = "text\tlabel\tpredicted";
  for (Index c = 0; c < corpus.classes; ++c) {
    text += fmt::format("\tp({})", corpus.label_names[static_cast<std::size_t>(c)]);
  }
  text += '\n';
  const std::size_t first = corpus.has_test() ? corpus.dev_end : 0;
  const auto name = [&](Index label) {
    return corpus.label_names[static_cast<std::size_t>(label)];
  };
  for (std::size_t i = 0; i < test.texts.size(); ++i) {
    text += fmt::format("{}\t{}\t{}", static_cast<std::size_t>(test.texts[i]) - first + 1,
                        name(test.labels[i]), name(test.predictions.labels[i]));
    for (std::size_t c = 0; c < static_cast<std::size_t>(corpus.classes); ++c) {
      text += fmt::format("\t{:.6f}", test.predictions.probabilities(i, c));
    }
    text += '\n';
  }
  return text;
}

}  // namespace tapegrad
