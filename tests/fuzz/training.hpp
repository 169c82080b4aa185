// A training so small that a fuzzed input can hold its checkpoint.
#pragma once

#include <tapegrad/training/checkpoints.hpp>

namespace fuzz {

/// Some epochs of a few steps.
void train(const tapegrad::CheckpointOptions& options);

}  // namespace fuzz
