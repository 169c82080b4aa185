#include <tapegrad/training/model_vectors.hpp>

#include <algorithm>
#include <tapegrad/text/vectors_save.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

void save_vectors(const std::string& path, const ClassifierModel& model) {
  const auto& all = model.vocabulary.words();
  const std::vector<std::string> words(all.begin() + Vocabulary::unk + 1, all.end());
  const Array table = model.net.table().value();
  const std::size_t width = table.shape()[1];
  Array values(Shape{words.size(), width});
  const Real* const first = table.data() + (all.size() - words.size()) * width;
  std::copy_n(first, values.size(), values.data());
  save_vectors(path, words, values);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
