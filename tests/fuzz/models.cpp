#include "models.hpp"

#include <filesystem>
#include <tapegrad/core/files.hpp>

#include "fuzz.hpp"

namespace tg = tapegrad;

namespace fuzz {
namespace {

constexpr std::size_t width = 2;

tg::ClassifierModel classifier(const tg::ClassifierConfig& config) {
  tg::WordCounts counts;
  for (const char* word : {"a", "film", "fine", "dull", "a"}) counts.add(word);
  tg::Vocabulary vocabulary(counts);
  const tg::EncodedTexts texts =
      encode({"a fine film", "a dull film"}, tg::Tokenizer(), vocabulary);
  tg::Ngrams ngrams(texts, config.ngrams);
  const auto rows = static_cast<std::size_t>(vocabulary.size() + ngrams.size());
  tg::Rng rng(1);
  tg::TextClassifier net = tg::make_classifier(config, tg::full({rows, width}, 0.5F), rng);
  return {config, {}, std::move(vocabulary), {"bad", "good"}, std::move(net), std::move(ngrams)};
}

// The content of these files of a folder, of those that are there.
std::string pack(const std::string& folder, const std::vector<std::string>& names) {
  std::string bytes;
  for (const std::string& name : names) {
    if (!bytes.empty()) bytes += separator;
    const std::string path = folder + "/" + name;
    if (std::filesystem::exists(path)) bytes += tg::read_file(path);
  }
  return bytes;
}

std::string packed(const tg::ClassifierConfig& config) {
  const std::string path = folder() + "/tiny";
  save_model(classifier(config), path);
  return pack(path, classifier_files());
}

// `load` and `save` are those of this kind of model.
template <class Model>
void expect_same_folder(const Model& model, Model (*load)(const std::string&),
                        void (*save)(const Model&, const std::string&),
                        const std::vector<std::string>& names) {
  static const std::string first = folder() + "/saved";
  static const std::string second = folder() + "/again";
  save(model, first);
  save(load(first), second);
  expect(pack(first, names) == pack(second, names), "what was saved loads and is saved the same");
}

}  // namespace

const std::vector<std::string>& classifier_files() {
  static const std::vector<std::string> names = {"config.json", "vocab.txt", "ngrams.txt",
                                                 "model.safetensors"};
  return names;
}

const std::vector<std::string>& seq2seq_files() {
  static const std::vector<std::string> names = {"config.json", "source.txt", "target.txt",
                                                 "model.safetensors"};
  return names;
}

std::vector<std::string> packed_classifiers() {
  using tg::ModelKind;
  return {packed({.kind = ModelKind::bag}), packed({.kind = ModelKind::mean, .hidden = 2}),
          packed({.kind = ModelKind::cnn, .filter_widths = {1, 2}, .filters = 2}),
          packed({.kind = ModelKind::bag,
                  .ngrams = {.order = 2, .min_count = 1, .distinct = true},
                  .nb_weights = true}),
          packed({.kind = ModelKind::bag, .ngrams = {.order = 3, .buckets = 5}})};
}

std::string packed_seq2seq() {
  tg::TextPairs pairs;
  pairs.add("ab", "ba");
  const std::string path = folder() + "/tiny";
  save_seq2seq(tg::make_seq2seq({.source_unit = tg::Unit::character,
                                 .target_unit = tg::Unit::character,
                                 .d_model = 2,
                                 .dim_feedforward = 2,
                                 .heads = 1,
                                 .encoder_layers = 1,
                                 .decoder_layers = 1,
                                 .dropout = 0.1},
                                pairs, 1),
               path);
  return pack(path, seq2seq_files());
}

void expect_saved(const tg::ClassifierModel& model) {
  expect_same_folder(model, tg::load_model, tg::save_model, classifier_files());
}

void expect_saved(const tg::Seq2SeqModel& model) {
  expect_same_folder(model, tg::load_seq2seq, tg::save_seq2seq, seq2seq_files());
}

}  // namespace fuzz
