// config.json of each kind of model, beside files that fit. The first byte chooses the model.
#include "../fuzz.hpp"
#include "../models.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400, .base = std::size_t{20} << 20U};

namespace {

// The other files of each model, as they follow config.json in an input.
std::vector<std::string> other_files() {
  std::vector<std::string> models = fuzz::packed_classifiers();
  models.push_back(fuzz::packed_seq2seq());
  for (std::string& model : models) model.erase(0, model.find(fuzz::separator));
  return models;
}

}  // namespace

void fuzz::check(std::string_view bytes) {
  static const Folder classifier("classifier", classifier_files());
  static const Folder seq2seq("seq2seq", seq2seq_files());
  static const std::vector<std::string> others = other_files();
  const std::size_t model = take_choice(bytes, others.size());
  const std::string files = std::string(bytes) + others[model];
  if (model + 1 == others.size()) {
    seq2seq.set(files);
    const auto loaded = accepted(seq2seq.path(), [] { return tg::load_seq2seq(seq2seq.path()); });
    if (loaded) expect_saved(*loaded);
  } else {
    classifier.set(files);
    const auto loaded =
        accepted(classifier.path(), [] { return tg::load_model(classifier.path()); });
    if (loaded) expect_saved(*loaded);
  }
}
