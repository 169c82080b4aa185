// What a training does to its table: words epoch by epoch, gradients row by row.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <tapegrad/training/fit.hpp>
#include <vector>

namespace tapegrad {

/// How much is kept.
struct RecorderLimits {
  std::size_t epochs = 50;  // snapshots of the words, at least 4
  std::size_t steps = 400;  // summaries of the gradients, at least 2
};

/// The gradients of the table in some consecutive steps. Norms are Euclidean norms of rows.
struct GradientSummary {
  std::uint64_t step = 0;   // the first
  std::uint64_t steps = 0;  // with a gradient of the table
  std::uint64_t rows = 0;   // in these gradients, all together
  double norm_sum = 0;      // over these rows
  double norm_max = 0;
  double padding_norm = 0;  // the largest of the padding row, 0 where it is not in the gradient
};

inline namespace TAPEGRAD_PRECISION {

/// Words at the end of an epoch.
struct WordSnapshot {
  Index epoch = 0;                       // 0: before training
  std::shared_ptr<const Array> vectors;  // [N, D]; of a table that stays, the same array each time
  Predictions alone;                     // what the model says of each word as a whole text
};

struct TableRecording {
  std::vector<Index> words;  // [N] rows of the table
  /// By rising epoch: all epochs, or, of more than RecorderLimits::epochs, multiples of a power of
  /// two; always the last and the best one.
  std::vector<WordSnapshot> snapshots;
  Array before;                        // [V, D] the table before training
  std::vector<std::uint64_t> touched;  // [V] steps with a gradient of the row
  std::vector<double> gradient;        // [V] sum of the norms of these gradients
  std::vector<GradientSummary> steps;  // all steps that were seen, one after the other
  /// The first step that was seen: above 0 after a resume. Nothing without any step.
  std::optional<std::uint64_t> first_step;
};

/// Records one fit. In memory are at most RecorderLimits::epochs copies of the words' rows, and one
/// of the table.
class TableRecorder final : public FitObserver {
 public:
  /// `words` are rows of the table; IndexError in fit_begins for one that is out of range.
  explicit TableRecorder(std::vector<Index> words, const RecorderLimits& limits = {});

  const TableRecording& recording() const { return recording_; }

  void fit_begins(const TextClassifier& model) override;
  void step(std::uint64_t step, const Gradient& table) override;
  void epoch_ends(Index epoch, const TextClassifier& model, const Predictions& dev) override;
  void fit_ends(const TextClassifier& model, const FitResult& result) override;

 private:
  WordSnapshot snapshot(Index epoch, const TextClassifier& model) const;
  GradientSummary& current_summary(std::uint64_t step);

  RecorderLimits limits_;
  EncodedTexts alone_;  // each word as a text
  TableRecording recording_;
  std::uint64_t table_version_ = 0;  // of the newest snapshot
  Index epoch_stride_ = 1;
  std::uint64_t step_stride_ = 1;
};

/// The Euclidean norms [N] of the rows of `x` [N, D], and those of the differences of the rows of
/// two arrays of one shape.
std::vector<double> row_norms(const Array& x);
std::vector<double> row_distances(const Array& a, const Array& b);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
