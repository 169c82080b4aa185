// A classifier with a quantized table, in the file model.safetensors: embed.weight as F16 [V, D] or
// U8 [V, D] or [V, D / 2], with U8 also embed.scale and embed.zero, F32 [V].
#pragma once

#include <string>
#include <tapegrad/training/classifier.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Writes the network's tensors, quantized or not. Errors as in write_file.
void write_network(const std::string& path, const TextClassifier& net);

/// Reads a network whose table [V, D] is quantized. FormatError for a tensor that is missing, of
/// another shape or type, or too many, for scales, zero points and halves that are not finite, and
/// as in SafetensorsFile. A row of padding that is not zero becomes so, with a warning.
TextClassifier read_quantized_network(const std::string& path, const ClassifierConfig& config,
                                      QuantizedKind kind, const Shape& table);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
