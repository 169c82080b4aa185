#include <tapegrad/training/epoch_state.hpp>

#include <fmt/core.h>

#include <limits>
#include <optional>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/training_json.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Json = JsonField::Json;

constexpr const char* section = "training";

RawTensor raw(std::string name, DType type, std::vector<std::size_t> shape, const void* data) {
  return {std::move(name), type, std::move(shape), data};
}

// Tensors of one parameter's optimizer state, and what is said of it beside them.
Json save_state(const std::string& name, const Parameter& p, const Optimizer& optimizer,
                std::vector<RawTensor>& tensors) {
  const StoredState stored = optimizer.stored_state(p);
  const std::vector<std::string>& names = optimizer.state_names(p);
  for (std::size_t i = 0; i < stored.state.arrays.size(); ++i) {
    tensors.push_back(raw_tensor("optimizer." + names[i] + "." + name, stored.state.arrays[i]));
  }
  if (stored.lagging != nullptr) {
    const auto& [rates, settled] = *stored.lagging;
    tensors.push_back(raw("optimizer.rates." + name, DType::f64, {rates.size()}, rates.data()));
    tensors.push_back(
        raw("optimizer.settled." + name, DType::u32, {settled.size()}, settled.data()));
  }
  return {{"steps", stored.state.steps}, {"lagging", stored.lagging != nullptr}};
}

Json save_optimizer(const std::vector<NamedParameter>& parameters, const Optimizer& optimizer,
                    std::vector<RawTensor>& tensors) {
  Json rates = Json::array();
  for (std::size_t group = 0; group < optimizer.groups(); ++group) {
    rates.push_back(optimizer.base_lr(group));
  }
  Json states = Json::object();
  for (const auto& [name, p] : parameters) {
    if (optimizer.contains(p)) states[name] = save_state(name, p, optimizer, tensors);
  }
  return {{"steps", optimizer.steps()},
          {"lr", std::move(rates)},
          {"lr_factor", optimizer.lr_factor()},
          {"parameters", std::move(states)}};
}

void restore_state(const CheckpointFile& file, const std::string& name, const Parameter& p,
                   Array stored, const JsonField& saved, Optimizer& optimizer) {
  OptimizerState state{saved["steps"].count(), {}};
  if (state.steps > 0) {
    for (const std::string& array : optimizer.state_names(p)) {
      state.arrays.push_back(file.array("optimizer." + array + "." + name, p.shape()));
    }
  }
  std::optional<LaggingSteps> lagging;
  if (saved["lagging"].boolean()) {
    lagging = LaggingSteps{file.doubles("optimizer.rates." + name),
                           file.numbers("optimizer.settled." + name)};
  }
  optimizer.restore(p, std::move(stored), std::move(state), std::move(lagging));
}

// The parameters, and what the optimizer knows of them.
void restore_optimizer(const CheckpointFile& file, const JsonField& saved,
                       const std::vector<NamedParameter>& parameters, Optimizer& optimizer) {
  try {
    for (const auto& [name, p] : parameters) {
      Array stored = file.array("model." + name, p.shape());
      if (optimizer.contains(p)) {
        restore_state(file, name, p, std::move(stored), saved["parameters"][name], optimizer);
      } else {
        Parameter(p).assign(std::move(stored));
      }
    }
    for (std::size_t group = 0; group < optimizer.groups(); ++group) {
      optimizer.set_lr(saved["lr"].at(group).real(), group);
    }
    optimizer.set_lr_factor(saved["lr_factor"].real());
    optimizer.restore_steps(saved["steps"].count());
  } catch (const std::invalid_argument& error) {
    throw FormatError(file.path(), 0, error.what());
  }
}

std::vector<std::uint64_t> counts_of(const JsonField& saved) {
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < saved.size(); ++i) counts.push_back(saved.at(i).count());
  return counts;
}

EpochState epoch_state(const CheckpointFile& file, const JsonField& saved, Index epochs,
                       const std::vector<NamedParameter>& parameters) {
  EpochState state;
  state.epoch = saved["epoch"].integer(1, epochs);
  state.batch = saved["batch"].count();
  state.step = saved["step"].count();
  state.totals = {saved["items"].count(), saved["hits"].count(), saved["loss"].real()};
  state.best_loss = saved["best_loss"].real();
  state.result = epochs_result(saved["result"], epochs);
  if (static_cast<Index>(state.result.epochs.size()) != state.epoch - 1) {
    saved["result"].fail(
        fmt::format("{} finished epochs in epoch {}", state.result.epochs.size(), state.epoch));
  }
  if (state.result.best_epoch == 0) return state;
  for (const auto& [name, p] : parameters) {
    state.best.push_back(file.array("best." + name, p.shape()));
  }
  return state;
}

}  // namespace

void save_training(Checkpoints& checkpoints, const Identity& identity, const EpochState& state,
                   EpochTask& task) {
  std::vector<RawTensor> tensors;
  std::size_t i = 0;
  for (const auto& [name, p] : task.parameters()) {
    tensors.push_back(raw_tensor("model." + name, p.leaf()->stored));
    if (!state.best.empty()) tensors.push_back(raw_tensor("best." + name, state.best[i++]));
  }
  Json optimizer = save_optimizer(task.parameters(), task.optimizer(), tensors);
  const Json json = {{"identity", to_json(identity)},
                     {"epoch", state.epoch},
                     {"batch", state.batch},
                     {"step", state.step},
                     {"items", state.totals.items},
                     {"hits", state.totals.hits},
                     {"loss", exact_json(state.totals.loss)},
                     {"best_loss", exact_json(state.best_loss)},
                     {"result", to_json(state.result)},
                     {"counts", task.counts()},
                     {"optimizer", std::move(optimizer)}};
  checkpoints.set_section(section, json.dump(-1, ' ', false, Json::error_handler_t::replace),
                          std::move(tensors));
}

EpochState read_training(const CheckpointFile& file, const Identity& identity,
                         const EpochOptions& options, const EpochTask& task) {
  const Json json = parse_json(file.path(), section, file.section(section));
  const JsonField saved(file.path(), section, json);
  check_identity(saved["identity"], identity);
  return epoch_state(file, saved, options.epochs, task.parameters());
}

void restore_task(const CheckpointFile& file, EpochTask& task) {
  const Json json = parse_json(file.path(), section, file.section(section));
  const JsonField saved(file.path(), section, json);
  const std::vector<std::uint64_t> counts = counts_of(saved["counts"]);
  if (counts.size() != task.counts().size()) {
    saved["counts"].fail(
        fmt::format("{} numbers, expected {}", counts.size(), task.counts().size()));
  }
  restore_optimizer(file, saved["optimizer"], task.parameters(), task.optimizer());
  task.set_counts(counts);
}

void read_checkpoint(const std::string& path, const std::vector<NamedParameter>& parameters,
                     Optimizer& optimizer) {
  const CheckpointFile file(path);
  const Json json = parse_json(path, section, file.section(section));
  const JsonField saved(path, section, json);
  epoch_state(file, saved, std::numeric_limits<Index>::max(), parameters);
  counts_of(saved["counts"]);
  restore_optimizer(file, saved["optimizer"], parameters, optimizer);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
