#include <tapegrad/report/make_record.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/log.hpp>
#include <tapegrad/report/changed_words.hpp>
#include <tapegrad/report/judged_texts.hpp>
#include <tapegrad/report/pca.hpp>
#include <tapegrad/report/summaries.hpp>

namespace tapegrad {
namespace {

void add_words(TrainingRecord& record, const RecordSource& source, const TableRecording& table) {
  const Vocabulary& vocabulary = source.training.data.vocabulary;
  std::vector<Index> with_vector;
  if (source.training.embeddings.pretrained) {
    with_vector = words_with_vector(vocabulary, source.vectors);
  }
  for (const Index id : table.words) {
    const auto row = static_cast<std::size_t>(id);
    record.words.push_back(vocabulary.word(id));
    record.counts.push_back(vocabulary.count(id));
    record.pretrained.push_back(std::binary_search(with_vector.begin(), with_vector.end(), id));
    record.touched.push_back(table.touched[row]);
    record.gradient.push_back(table.touched[row] == 0
                                  ? 0
                                  : table.gradient[row] / static_cast<double>(table.touched[row]));
  }
}

// [N, k] -> [N, 2]: there is a plane for vectors of width 1 too.
Array in_a_plane(const Array& x) {
  const std::size_t k = x.shape()[1];
  Array result = zeros({x.shape()[0], 2});
  for (std::size_t i = 0; i < x.size(); ++i) result(i / k, i % k) = x.data()[i];
  return result;
}

void add_map(TrainingRecord& record, const TableRecording& table) {
  const auto best =
      std::find_if(table.snapshots.begin(), table.snapshots.end(),
                   [&](const WordSnapshot& each) { return each.epoch == record.best_epoch; });
  record.before = *table.snapshots.front().vectors;
  record.after = *best->vectors;
  const std::size_t width = record.before.shape()[1];
  const PrincipalAxes axes =
      principal_axes({&record.before, &record.after}, std::min<std::size_t>(2, width));
  std::copy(axes.explained.begin(), axes.explained.end(), record.explained.begin());
  for (const WordSnapshot& each : table.snapshots) {
    record.epochs.push_back(each.epoch);
    record.places.push_back(in_a_plane(coordinates(axes, *each.vectors)));
    record.alone.push_back(each.alone);
  }
  record.moved = row_distances(record.before, record.after);
  record.norm_before = row_norms(record.before);
  record.norm_after = row_norms(record.after);
}

void add_all_rows(TrainingRecord& record, const TableRecording& table, const Array& after) {
  const auto without_padding = [](std::vector<double> all) {
    all.erase(all.begin() + Vocabulary::pad);
    return all;
  };
  const auto most = [](const std::vector<double>& all) {
    return all.empty() ? 0.0 : *std::max_element(all.begin(), all.end());
  };
  const auto moved = without_padding(row_distances(table.before, after));
  const auto was = without_padding(row_norms(table.before));
  const auto is = without_padding(row_norms(after));
  const double most_norm = std::max(most(was), most(is));
  record.all_moved = histogram(moved, 0, most(moved));
  record.all_norms_before = histogram(was, 0, most_norm);
  record.all_norms_after = histogram(is, 0, most_norm);
  record.touched_by_rank = times_by_rank(table.touched);
}

std::vector<Index> words_to_compare(const TrainingRecord& record, const Vocabulary& vocabulary,
                                    const TableRecording& table, const ReportOptions& options) {
  std::vector<Index> ids;
  for (const std::size_t i : largest(record.moved, options.most_moved)) {
    ids.push_back(table.words[i]);
  }
  for (const std::string& word : options.words) {
    const auto id = vocabulary.find(word);
    if (!id) {
      warn_once(
          "report: " + word,
          fmt::format("report: \"{}\" is not in the vocabulary, and so has no neighbours", word));
    } else if (std::find(ids.begin(), ids.end(), *id) == ids.end()) {
      ids.push_back(*id);
    }
  }
  return ids;
}

}  // namespace

TrainingRecord make_record(const RecordSource& source, const TableRecording& table,
                           const ReportOptions& options) {
  const TrainingView& training = source.training;
  const Vocabulary& vocabulary = training.data.vocabulary;
  const Array& after = source.model.net.table().value();
  TrainingRecord record;
  record.seed = training.seed;
  record.fold = training.fold;
  record.best_epoch = source.run.fit.best_epoch;
  record.padding = source.run.fit.padding;
  record.first_step = table.first_step.value_or(0);
  record.steps = table.steps;
  add_words(record, source, table);
  add_map(record, table);
  add_all_rows(record, table, after);
  record.changed =
      changed_words(vocabulary, table.before, after,
                    words_to_compare(record, vocabulary, table, options), options.neighbours);
  for (ChangedWord& each : record.changed) {
    each.asked =
        std::find(options.words.begin(), options.words.end(), each.word) != options.words.end();
  }
  const TestView test{source.corpus, training, source.model, source.test,
                      source.experiment.vocabulary.max_tokens};
  record.confusion = confusion(test);
  record.mistakes = most_certain(test, false, options.mistakes, options.most_tokens);
  record.right = most_certain(test, true, options.right, options.most_tokens);
  return record;
}

}  // namespace tapegrad
