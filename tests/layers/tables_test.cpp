#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/tapegrad.hpp>
#include <vector>
#include <warnings.hpp>

#include <same.hpp>

namespace tg = tapegrad;
using Catch::Matchers::Contains;

namespace {

// Collects warnings while it lives.
tg::Array table() {
  return {{1, 2}, {3, 4}, {5, 6}};
}

}  // namespace

TEST_CASE("a random table is N(0, 1) with a zero and frozen padding row") {
  tg::Rng rng(5);
  const tg::Embedding layer(2000, 50, rng, {.padding_idx = -2000});
  CHECK(layer.padding_idx == 0);
  CHECK(layer.weight.frozen_rows() == std::vector<tg::Index>{0});
  CHECK_FALSE(layer.weight.frozen());
  const tg::Array& w = layer.weight.value();
  for (std::size_t d = 0; d < 50; ++d) CHECK(w(0, d) == 0);
  double sum = 0, squares = 0;
  const double n = 1999 * 50;
  for (std::size_t i = 50; i < w.size(); ++i) {
    sum += w.data()[i];
    squares += static_cast<double>(w.data()[i]) * w.data()[i];
  }
  CHECK(std::abs(sum / n) < 5 / std::sqrt(n));
  CHECK(std::abs(squares / n - 1) < 5 * std::sqrt(2 / n));
}

TEST_CASE("the padding row does not change what the other rows are drawn as") {
  tg::Rng one(5), two(5);
  const tg::Embedding with(4, 3, one, {.padding_idx = 1});
  const tg::Embedding without(4, 3, two);
  for (const std::size_t row : {0U, 2U, 3U}) {
    for (std::size_t d = 0; d < 3; ++d) {
      CHECK(with.weight.value()(row, d) == without.weight.value()(row, d));
    }
  }
  CHECK(one.position() == two.position());
}

TEST_CASE("a pretrained table is a copy, frozen unless told otherwise") {
  tg::Array weights = table();
  const auto layer = tg::Embedding::from_pretrained(weights);
  weights.fill(9);
  CHECK((layer.weight.value() == table()));
  CHECK(layer.weight.frozen());
  CHECK(layer.weight.frozen_rows().empty());
  CHECK_FALSE(tg::Embedding::from_pretrained(table(), {.freeze = false}).weight.frozen());
  CHECK_FALSE(tg::EmbeddingBag::from_pretrained(table(), {.freeze = false}).weight.frozen());
}

TEST_CASE("a pretrained padding row becomes zero and frozen, with a warning if it was not zero") {
  const Warnings warnings;
  const auto layer = tg::Embedding::from_pretrained(table(), {.freeze = false, .padding_idx = -1});
  CHECK((layer.weight.value() == tg::Array({{1, 2}, {3, 4}, {0, 0}})));
  CHECK(layer.weight.frozen_rows() == std::vector<tg::Index>{2});
  CHECK(layer.padding_idx == 2);
  REQUIRE(warnings.all.size() == 1);
  CHECK(warnings.all[0] ==
        "Embedding::from_pretrained: the padding row 2 of the pretrained weights was not zero; it "
        "is now");
  tg::Embedding::from_pretrained({{1, 2}, {0, 0}}, {.padding_idx = 1});
  tg::EmbeddingBag::from_pretrained({{1, 2}, {0, 0}}, {.padding_idx = 1});
  CHECK(warnings.all.size() == 1);
  tg::EmbeddingBag::from_pretrained(table(), {.padding_idx = 0});
  CHECK(warnings.all.size() == 2);
}

TEST_CASE("a table layer refuses weights that are not 2-D and padding that is out of range") {
  CHECK_THROWS_AS(tg::Embedding::from_pretrained({1, 2}), tg::ShapeError);
  CHECK_THROWS_WITH(tg::Embedding::from_pretrained({1, 2}),
                    "Embedding::from_pretrained: weights has shape [2], [V, D] is wanted");
  CHECK_THROWS_WITH(tg::EmbeddingBag(tg::Parameter(tg::zeros({2, 3, 4}))),
                    "EmbeddingBag: table has shape [2, 3, 4], [V, D] is wanted");
  tg::Rng rng(1);
  CHECK_THROWS_WITH(tg::Embedding(5, 2, rng, {.padding_idx = 5}),
                    "Embedding: padding_idx 5 is out of range [-5, 5)");
  CHECK_THROWS_AS(tg::EmbeddingBag(5, 2, rng, {.padding_idx = -6}), tg::IndexError);
  CHECK_THROWS_AS(tg::Embedding(0, 2, rng, {.padding_idx = 0}), tg::IndexError);
}

TEST_CASE("a table layer refuses options that make no sense when it is made") {
  tg::Rng rng(1);
  CHECK_THROWS_WITH(tg::Embedding(5, 2, rng, {.max_norm = 0}),
                    "Embedding: max_norm 0 is not above 0");
  CHECK_THROWS_WITH(tg::Embedding::from_pretrained(table(), {.max_norm = 1, .norm_type = -1}),
                    "Embedding: norm_type -1 is not above 0");
  CHECK_THROWS_WITH(tg::EmbeddingBag(5, 2, rng, {.max_norm = NAN}),
                    "EmbeddingBag: max_norm nan is not above 0");
  CHECK_THROWS_WITH(
      tg::EmbeddingBag(5, 2, rng, {.mode = tg::BagMode::max, .scale_grad_by_freq = true}),
      "EmbeddingBag: scale_grad_by_freq is for BagMode::sum and mean only");
  CHECK_THROWS_WITH(tg::EmbeddingBag(5, 2, rng, {tg::BagMode(3)}),
                    "EmbeddingBag: mode 3 is not one of sum, mean, max");
  const auto negative = static_cast<std::size_t>(-3);
  CHECK_THROWS_WITH(tg::Embedding(negative, 2, rng), Contains("GB are available"));
}

TEST_CASE("the options of a table layer reach its lookups") {
  const tg::Array weights = {{3, 4}, {6, 8}, {0, 0}};
  const auto embed = tg::Embedding::from_pretrained(
      weights, {.freeze = false, .max_norm = 1, .norm_type = 1, .scale_grad_by_freq = true});
  const auto bag = tg::EmbeddingBag::from_pretrained(weights, {.mode = tg::BagMode::sum,
                                                               .freeze = false,
                                                               .max_norm = 1,
                                                               .norm_type = 1,
                                                               .scale_grad_by_freq = true});
  tg::Tape tape;
  const tg::Tensor y = embed({0, 0}), z = bag({.ids = {{0, 0}}});
  CHECK(y.value()(0, 0) == Approx(3.0 / 7));
  CHECK(z.value()(0, 1) == Approx(8.0 / 7));
  CHECK(embed.weight.value()(1, 0) == 6);
  const tg::Gradients gradients = tape.backward(tg::sum(y) + tg::sum(z));
  CHECK((gradients.dense(embed.weight) == tg::Array({{1, 1}, {0, 0}, {0, 0}})));
  CHECK((gradients.dense(bag.weight) == tg::Array({{1, 1}, {0, 0}, {0, 0}})));
}

TEST_CASE("a layer over a given table shares it and freezes its padding row") {
  const tg::Parameter shared(table());
  const tg::Embedding embed(shared, {.padding_idx = 1});
  const tg::EmbeddingBag bag(shared);
  CHECK(embed.weight.id() == shared.id());
  CHECK(bag.weight.id() == shared.id());
  CHECK((shared.value() == table()));
  CHECK(shared.frozen_rows() == std::vector<tg::Index>{1});
}

TEST_CASE("padding gets no gradient though somebody unfreezes its row") {
  const auto embed = tg::Embedding::from_pretrained({{0, 0}, {1, 2}}, {false, 0});
  const auto bag =
      tg::EmbeddingBag::from_pretrained({{0, 0}, {1, 2}}, {.freeze = false, .padding_idx = 0});
  tg::unfreeze_rows(embed.weight, {0});
  tg::unfreeze_rows(bag.weight, {0});
  tg::Tape tape;
  const auto gradients =
      tape.backward(tg::sum(embed({0, 1, 1})) + tg::sum(bag({.ids = {0, 1}, .offsets = {0}})));
  CHECK((gradients.dense(embed.weight) == tg::Array({{0, 0}, {2, 2}})));
  CHECK((gradients.dense(bag.weight) == tg::Array({{0, 0}, {1, 1}})));
}

TEST_CASE("EmbeddingBag is the mean, the sum or the maximum of Embedding without padding") {
  const tg::Array weights = {{0, 0}, {1, -2}, {3, 4}, {-5, 7}};
  const tg::IndexArray ids = {{1, 2, 0}, {3, 0, 0}, {3, 2, 3}};
  const auto embed = tg::Embedding::from_pretrained(weights, {.padding_idx = 0});
  const tg::Tensor looked_up = embed(ids);
  const tg::Mask padding = tg::padding_mask(ids, 0);
  const auto bag = [&](tg::BagMode mode) {
    return tg::EmbeddingBag::from_pretrained(weights, {.mode = mode, .padding_idx = 0})({ids})
        .value();
  };
  CHECK((bag(tg::BagMode::mean) == tg::masked_mean(looked_up, padding).value()));
  CHECK((bag(tg::BagMode::sum) == tg::sum(looked_up, 1).value()));
  CHECK((bag(tg::BagMode::max) == tg::Array({{3, 4}, {-5, 7}, {3, 7}})));
  CHECK(tg::EmbeddingBag::from_pretrained(weights).mode == tg::BagMode::mean);
}

TEST_CASE("TextEmbedding drops out in training only, and is frozen when asked to") {
  const tg::Array weights = {{0, 0}, {1, 2}, {3, 4}};
  const auto text = tg::TextEmbedding::from_pretrained(weights, {.freeze = true, .dropout = 1.0});
  CHECK(text.embedding.weight.frozen());
  CHECK(text.embedding.padding_idx == 0);
  tg::Context context;
  CHECK((text({{1, 2}}, context).value() == tg::Array({{{1, 2}, {3, 4}}})));
  context.training = true;
  CHECK((text({{1, 2}}, context).value() == tg::zeros({1, 2, 2})));
  tg::Rng rng(1);
  CHECK_FALSE(tg::TextEmbedding(4, 3, rng).embedding.weight.frozen());
  CHECK(tg::TextEmbedding(4, 3, rng, {.freeze = true}).embedding.weight.frozen());
  CHECK_FALSE(tg::TextEmbedding::from_pretrained(weights).embedding.weight.frozen());
}

TEST_CASE("a table that does not fit into memory is refused before it is allocated") {
  tg::Rng rng(1);
  const std::size_t many = 4'000'000'000'000;
  CHECK_THROWS_WITH(tg::Embedding(many, 300, rng),
                    Contains("Embedding: a table of 4000000000000 x 300 values needs 4,800,000.0 "
                             "GB (V · D · 4 bytes), ") &&
                        Contains(" GB are available"));
  CHECK_THROWS_AS(tg::EmbeddingBag(many, many, rng), std::runtime_error);
}

TEST_CASE("a layer that uses a quantized table looks up in it, and has no parameter any more") {
  tg::Rng rng(1);
  tg::Embedding embed(6, 4, rng, {.padding_idx = 0});
  tg::EmbeddingBag bag(tg::Parameter(embed.weight), {.mode = tg::BagMode::sum, .padding_idx = 0});
  const tg::QuantizedTable table = quantize(embed.weight.value(), tg::QuantizedKind::int8);
  const tg::Array numbers = dequantize(table);
  const tg::IndexArray ids{{1, 5, 0}, {2, 2, 3}};
  embed.use_quantized(table);
  bag.use_quantized(table);
  CHECK(tg::parameters(embed).empty());
  CHECK(tg::parameters(bag).empty());
  CHECK(same(embed(ids).value(), embedding(tg::Tensor(numbers), ids).value()));
  CHECK(same(bag({.ids = ids}).value(), embedding_bag(tg::Tensor(numbers), {.ids = ids},
                                                      {.mode = tg::BagMode::sum, .padding_idx = 0})
                                            .value()));
  const tg::Embedding other = clone(embed);
  CHECK(other.quantized == embed.quantized);
}
