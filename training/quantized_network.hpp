// A classifier with a quantized table, in the file model.safetensors: embed.weight as F16 [V, D],
// or as U8 [V, D] or [V, D / 2] with embed.scale and embed.zero, F32 [V].
#pragma once

#include <string>
#include <tapegrad/training/classifier.hpp>
#include <tapegrad/training/kept_vectors.hpp>
#include <tapegrad/training/model_files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <vector>

namespace tapegrad {

/// The tensors that a quantized table [V, D] is stored as.
std::vector<WantedTensor> quantized_tensors(QuantizedKind kind, std::size_t rows,
                                            std::size_t width);

inline namespace TAPEGRAD_PRECISION {

/// Writes the network's tensors, quantized or not. Errors as in write_file.
void write_network(const std::string& path, const TextClassifier& net);

/// A network with the quantized table of a file, which has the tensors that it wants; the values of
/// its parameters are left to the caller. FormatError for scales, zero points and halves that are
/// not finite, and as in SafetensorsFile::copy. A row of padding that is not zero becomes so, with
/// a warning.
TextClassifier read_quantized(const SafetensorsFile& file, const ClassifierConfig& config,
                              QuantizedKind kind, std::size_t width);

/// Whether kept vectors can stand beside a table of this kind, which Serving quantizes them to.
/// Errors as in quantize, behind "kept vectors: ".
void check_quantized(const KeptVectors& kept, QuantizedKind kind);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
