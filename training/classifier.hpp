// The text classifiers that the programs train.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/layers/conv1d.hpp>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/embedding_bag.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/text/ngrams.hpp>
#include <variant>
#include <vector>

namespace tapegrad {

enum class ModelKind {
  bag,   // EmbeddingBag mean -> Dropout -> Linear
  mean,  // Embedding -> Dropout -> masked mean -> Linear -> ReLU -> Dropout -> Linear
  cnn,   // Embedding -> Conv1d of each width -> maximum over time -> ReLU -> Dropout -> Linear
};
/// "bag", "mean" or "cnn"; throws std::invalid_argument for another name.
ModelKind model_kind(const std::string& name);
std::string to_string(ModelKind kind);

/// What a classifier is made of, besides its table.
struct ClassifierConfig {
  ModelKind kind = ModelKind::bag;
  Index classes = 2;
  Index hidden = 64;         // width of the hidden layer; only for ModelKind::mean
  double dropout = 0.0;      // probability, in training
  NgramOptions ngrams = {};  // entries of a text beside its words; only for ModelKind::bag
  bool nb_weights = false;   // see BagClassifier; only for ModelKind::bag and two classes
  std::vector<Index> filter_widths = {3, 4, 5};  // in words; only for ModelKind::cnn
  Index filters = 100;                           // of each width; only for ModelKind::cnn
};
/// Throws std::invalid_argument for n-gram options that check_ngrams refuses, and for n-grams or
/// Naive-Bayes weights with a kind of model that does not take them, or the latter with other than
/// two classes; for a ModelKind::cnn without filters, or with filters of no width, of more than
/// 1000 words, or of more than 1000 widths.
void check_classifier(const ClassifierConfig& config);

inline namespace TAPEGRAD_PRECISION {

/// The mean of a text's word vectors, and one linear layer. With Naive-Bayes weights each vector is
/// first multiplied with the weight of its id (NBSVM: Wang and Manning, ACL 2012; here with vectors
/// in place of single numbers).
struct BagClassifier {
  EmbeddingBag embed;
  Dropout drop;
  Linear out;
  Parameter nb = {};  // [V], frozen; not defined: no weights

  /// Bags of B texts, flat -> logits [B, C].
  Tensor operator()(const Bags& bags, const Context& context) const {
    return out(drop(text_vectors(bags), context));
  }
  /// The same -> the texts' vectors [B, D].
  Tensor text_vectors(const Bags& bags) const {
    return nb.defined() ? embed(bags, weights(bags)) : embed(bags);
  }
  /// What each vector is multiplied with, given Naive-Bayes weights: [N].
  Tensor weights(const Bags& bags) const;
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("drop", self.drop);
    v("out", self.out);
    v("nb.weight", self.nb);
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
    const Mask padding = padding_mask(ids, Vocabulary::pad);
    return out(drop(text_vectors(embed(ids), padding, context), context));
  }
  /// Embedded texts [B, T, D] and where they are padding [B, T] -> their vectors [B, H].
  Tensor text_vectors(const Tensor& x, const Mask& padding, const Context& context) const {
    return relu(hidden(masked_mean(drop(x, context), padding)));
  }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("drop", self.drop);
    v("hidden", self.hidden);
    v("out", self.out);
  }
};

/// A convolutional network (Kim, EMNLP 2014): filters over windows of some words, the maximum of
/// each filter over the text, and one linear layer. A window counts if it holds a word of the text,
/// with zeros for what is outside: so a text may be shorter than a filter, and how far it is padded
/// makes no difference.
struct CnnClassifier {
  Embedding embed;
  std::vector<Conv1d> convs;  // padding k - 1: every window that holds a word
  Dropout drop;
  Linear out;

  /// Padded ids [B, T] -> logits [B, C].
  Tensor operator()(const IndexArray& ids, const Context& context) const {
    const Mask padding = padding_mask(ids, Vocabulary::pad);
    return out(drop(text_vectors(embed(ids), padding, context), context));
  }
  /// Embedded texts [B, T, D] and where they are padding [B, T] -> their vectors, one number for
  /// each filter.
  Tensor text_vectors(const Tensor& x, const Mask& padding, const Context& context) const;
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("convs", self.convs);
    v("drop", self.drop);
    v("out", self.out);
  }
};

/// One of these, chosen at run time.
struct TextClassifier {
  std::variant<BagClassifier, MeanClassifier, CnnClassifier> net;

  /// The logits [B, C] of these examples. In training each word is left out with probability
  /// `word_dropout`.
  Tensor operator()(const EncodedTexts& texts, const std::vector<Index>& examples,
                    const Context& context, double word_dropout = 0.0) const;
  /// The vectors of these examples: what goes, but for dropout, into the last linear layer.
  Tensor text_vectors(const EncodedTexts& texts, const std::vector<Index>& examples,
                      const Context& context, double word_dropout = 0.0) const;

  /// The embedding table [V, D]. std::logic_error if it is quantized: then it is no parameter, and
  /// cannot be trained.
  const Parameter& table() const;
  /// The quantized table; nullptr if the table is a parameter.
  const QuantizedTable* quantized() const;
  /// The shape [V, D] of either.
  Shape table_shape() const;

  static void visit(auto& self, auto&& v) {
    std::visit([&v](auto& each) { std::remove_cvref_t<decltype(each)>::visit(each, v); }, self.net);
  }
};

/// A classifier over this table [V, D], whose row Vocabulary::pad is padding. The other layers
/// start as PyTorch's do, from `rng`. Naive-Bayes weights are `nb_weights` [V], or zeros if those
/// are left out. Errors as in check_classifier.
TextClassifier make_classifier(const ClassifierConfig& config, Array table, Rng& rng,
                               Array nb_weights = {});

/// What the classifier says of all texts.
struct Predictions {
  std::vector<Index> labels;  // [N]
  Array probabilities;        // [N, C]
};
/// Classifies all texts, `batch_size` at a time, without a tape; of equal probabilities the first
/// class wins. Any number of threads may do so with one model at the same time, as long as none
/// changes it: nothing is written to it, not even with rows that lag behind their optimizer
/// (RowPolicy::exact), and the results have the bits that one thread gets.
Predictions predict(const TextClassifier& model, const EncodedTexts& texts, Index batch_size = 256);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
