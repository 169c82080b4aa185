#include <tapegrad/training/model_vectors.hpp>

#include <algorithm>
#include <tapegrad/core/quantized_table.hpp>
#include <tapegrad/text/vectors_save.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

WordVectors word_vectors(const ClassifierModel& model) {
  const auto& all = model.vocabulary.words();
  const QuantizedTable* const quantized = model.net.quantized();
  const Array table = quantized == nullptr ? model.net.table().value() : dequantize(*quantized);
  const std::size_t width = table.shape()[1];
  WordVectors vectors;
  vectors.words.assign(all.begin() + Vocabulary::unk + 1, all.end());
  vectors.lines = static_cast<Index>(vectors.words.size());
  vectors.values = Array(Shape{vectors.words.size(), width});
  const Real* const first = table.data() + (all.size() - vectors.words.size()) * width;
  std::copy_n(first, vectors.values.size(), vectors.values.data());
  return vectors;
}

void save_vectors(const std::string& path, const ClassifierModel& model) {
  const WordVectors vectors = word_vectors(model);
  save_vectors(path, vectors.words, vectors.values);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
