// Where a training stands between two batches, and how that goes into a checkpoint and comes back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <tapegrad/training/checkpoints.hpp>
#include <tapegrad/training/epochs.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Running means over an epoch.
struct EpochTotals {
  std::uint64_t items = 0;
  std::uint64_t hits = 0;
  double loss = 0;  // sum over the items

  void add(const StepResult& step) {
    items += step.items;
    hits += step.hits;
    loss += step.loss * static_cast<double>(step.items);
  }
  double mean_loss() const { return loss / static_cast<double>(std::max<std::uint64_t>(1, items)); }
  double accuracy() const {
    return static_cast<double>(hits) / static_cast<double>(std::max<std::uint64_t>(1, items));
  }
};

struct EpochState {
  Index epoch = 1;
  std::size_t batch = 0;   // batches of this epoch that are done
  std::uint64_t step = 0;  // steps of all epochs
  EpochTotals totals = {};
  EpochsResult result = {};
  double best_loss = 0;
  std::vector<Array> best = {};  // the parameters at the end of the best epoch, if there is one
};

/// Makes all of a training the section "training" of the next checkpoint. Settles nothing: lagging
/// rows are saved as they are.
void save_training(Checkpoints& checkpoints, const Identity& identity, const EpochState& state,
                   EpochTask& task);

/// Reads where the training stood that was saved. Throws std::invalid_argument when it was another
/// one, naming what differs; FormatError when the checkpoint is damaged.
EpochState read_training(const CheckpointFile& file, const Identity& identity,
                         const EpochOptions& options, const EpochTask& task);

/// Puts parameters, optimizer and counts of the task back, bit by bit. To be called behind
/// `batches` of its epoch, which may freeze and settle rows. FormatError as above.
void restore_task(const CheckpointFile& file, EpochTask& task);

/// Reads a checkpoint as far as that goes without its options and data: puts the parameters and the
/// state of the optimizer back, and looks at all else that a training saves. FormatError when it is
/// damaged or of another model.
void read_checkpoint(const std::string& path, const std::vector<NamedParameter>& parameters,
                     Optimizer& optimizer);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
