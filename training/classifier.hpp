// The text classifiers that the programs train.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/embedding_bag.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/text/batches.hpp>
#include <variant>
#include <vector>

namespace tapegrad {

enum class ModelKind {
  bag,   // EmbeddingBag mean -> Dropout -> Linear
  mean,  // Embedding -> Dropout -> masked mean -> Linear -> ReLU -> Dropout -> Linear
};
/// "bag" or "mean"; throws std::invalid_argument for another name.
ModelKind model_kind(const std::string& name);
std::string to_string(ModelKind kind);

/// What a classifier is made of, besides its table.
struct ClassifierConfig {
  ModelKind kind = ModelKind::bag;
  Index classes = 2;
  Index hidden = 64;     // width of the hidden layer; only for ModelKind::mean
  double dropout = 0.0;  // probability, in training
};

inline namespace TAPEGRAD_PRECISION {

/// The mean of a text's word vectors, and one linear layer.
struct BagClassifier {
  EmbeddingBag embed;
  Dropout drop;
  Linear out;

  /// Bags of B texts -> logits [B, C].
  Tensor operator()(const Bags& bags, const Context& context) const {
    return out(drop(embed(bags), context));
  }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("drop", self.drop);
    v("out", self.out);
  }
};

/// The mean of a text's word vectors, and a network with one hidden layer (a deep averaging
/// network: Iyyer et al., ACL 2015).
struct MeanClassifier {
  Embedding embed;
  Dropout drop;
  Linear hidden;
  Linear out;

  /// Padded ids [B, T] -> logits [B, C]; padding is left out of the mean.
  Tensor operator()(const IndexArray& ids, const Context& context) const {
    const Tensor mean = masked_mean(drop(embed(ids), context), padding_mask(ids, Vocabulary::pad));
    return out(drop(relu(hidden(mean)), context));
  }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("drop", self.drop);
    v("hidden", self.hidden);
    v("out", self.out);
  }
};

/// One of the two, chosen at run time.
struct TextClassifier {
  std::variant<BagClassifier, MeanClassifier> net;

  /// The logits [B, C] of these examples. In training each word is left out with probability
  /// `word_dropout`.
  Tensor operator()(const EncodedTexts& texts, const std::vector<Index>& examples,
                    const Context& context, double word_dropout = 0.0) const;

  /// The embedding table [V, D].
  const Parameter& table() const;

  static void visit(auto& self, auto&& v) {
    std::visit([&v](auto& each) { std::remove_cvref_t<decltype(each)>::visit(each, v); }, self.net);
  }
};

/// A classifier over this table [V, D], whose row Vocabulary::pad is padding. The other layers
/// start as PyTorch's do, from `rng`.
TextClassifier make_classifier(const ClassifierConfig& config, Array table, Rng& rng);

/// What the classifier says of all texts.
struct Predictions {
  std::vector<Index> labels;  // [N]
  Array probabilities;        // [N, C]
};
/// Classifies all texts, `batch_size` at a time, without a tape; of equal probabilities the first
/// class wins.
Predictions predict(const TextClassifier& model, const EncodedTexts& texts, Index batch_size = 256);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
