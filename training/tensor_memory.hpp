// Whether the tensors of a file fit into memory, asked before any of them is read.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/training/safetensors.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Throws std::runtime_error with the file's name unless all its tensors fit into `available` bytes
/// of memory, those of floats as Real, with `more` bytes beside them. A network has its parameters
/// before they are read, one after the other, so the largest counts twice; but not that of the name
/// `moved`, which the network is made of.
void check_memory(const SafetensorsFile& file, const std::string& moved = {},
                  std::uint64_t more = 0, std::uint64_t available = available_memory());

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
