// Small models of every kind, saved, as bytes to be spoiled.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_folder.hpp>
#include <tapegrad/training/seq2seq_folder.hpp>
#include <vector>

#include <temporary.hpp>
#include "../seq2seq_tiny.hpp"
#include "../tiny.hpp"

namespace hostile {

using Files = std::map<std::string, std::string>;

struct Saved {
  std::string kind;
  Files files;
};

inline std::size_t size_of(const Files& files) {
  std::size_t size = 0;
  for (const auto& [name, bytes] : files) size += bytes.size();
  return size;
}

inline Files files_of(const TemporaryDirectory& directory) {
  Files files;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    files[entry.path().filename().string()] = tapegrad::read_file(entry.path().string());
  }
  return files;
}

inline Saved classifier(const std::string& name, tapegrad::ModelKind kind,
                        const tapegrad::NgramOptions& ngrams = {}, std::size_t words = 20,
                        std::size_t width = 4) {
  tapegrad::ClassifierConfig config{.kind = kind,
                                    .classes = 2,
                                    .hidden = 5,
                                    .dropout = 0.25,
                                    .ngrams = ngrams,
                                    .nb_weights = ngrams.order == 3,
                                    .filter_widths = {2, 4},
                                    .filters = 3};
  tapegrad::WordCounts counts;
  for (std::size_t i = 2; i < words; ++i) counts.add("word" + std::to_string(i));
  const tapegrad::TokenizerRules rules{.whitespace_only = true};
  const tapegrad::Vocabulary vocabulary(counts);
  const auto train =
      encode({"word2 word3 word2 word9 word2"}, tapegrad::Tokenizer(rules), vocabulary);
  const tapegrad::Ngrams known(train, ngrams);
  const std::size_t rows = words + static_cast<std::size_t>(known.size());
  tapegrad::Rng rng(7);
  const TemporaryDirectory directory;
  tapegrad::save_model({config,
                        rules,
                        vocabulary,
                        {"bad", "good"},
                        tapegrad::make_classifier(config, tiny::table(rows, width), rng),
                        known},
                       directory.path());
  return {name, files_of(directory)};
}

inline std::vector<Saved> all_kinds() {
  using tapegrad::ModelKind;
  std::vector<Saved> all = {
      classifier("bag", ModelKind::bag), classifier("mean", ModelKind::mean),
      classifier("cnn", ModelKind::cnn),
      classifier("n-grams", ModelKind::bag, {.order = 3, .min_count = 1}),
      classifier("buckets", ModelKind::bag, {.order = 2, .buckets = 7, .distinct = true})};
  const TemporaryDirectory directory;
  save_seq2seq(tapegrad::make_seq2seq(tiny::seq2seq_config(), tiny::reversed(20), 1),
               directory.path());
  all.push_back({"seq2seq", files_of(directory)});
  return all;
}

/// Loads the model and asks it something.
inline void use(const std::string& kind, const std::string& folder) {
  if (kind == "seq2seq") {
    const tapegrad::Seq2SeqModel model = tapegrad::load_seq2seq(folder);
    tiny::logits(model.net, {{2, 1, 0}}, {{1, 0}});
    return;
  }
  const tapegrad::ClassifierModel model = tapegrad::load_model(folder);
  predict(model.net, encode(model, {"word2 word3 word2", "", "word9 new"}));
}

}  // namespace hostile
