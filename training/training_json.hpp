// What checkpoints hold of trainings, as JSON.
#pragma once

#include <tapegrad/training/epochs.hpp>
#include <tapegrad/training/identity.hpp>
#include <tapegrad/training/json_fields.hpp>

namespace tapegrad {

nlohmann::ordered_json to_json(const Identity& identity);
/// Throws std::invalid_argument that names what differs between a saved identity and this one.
void check_identity(const JsonField& saved, const Identity& now);

/// The finished epochs of a training. `most` bounds their number.
nlohmann::ordered_json to_json(const EpochsResult& result);
EpochsResult epochs_result(const JsonField& saved, Index most);

}  // namespace tapegrad
