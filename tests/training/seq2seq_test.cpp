#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/seq2seq.hpp>

#include <temporary.hpp>
#include "seq2seq_tiny.hpp"

using tapegrad::Array;
using tapegrad::Context;
using tapegrad::Index;
using tapegrad::IndexArray;
using tapegrad::Seq2SeqConfig;
using tapegrad::Seq2SeqModel;
using tapegrad::Seq2SeqNet;

namespace {

Seq2SeqModel model() {
  return tapegrad::make_seq2seq(tiny::seq2seq_config(), tiny::reversed(20), 1);
}

std::string refused(const Seq2SeqConfig& config) {
  return error_of<std::invalid_argument>([&] { tapegrad::check_seq2seq(config); });
}

// The logits [V] of one position.
std::vector<double> at(const Array& logits, std::size_t b, std::size_t t) {
  const std::size_t width = logits.shape()[2];
  const auto* row = logits.data() + (b * logits.shape()[1] + t) * width;
  return {row, row + width};
}

}  // namespace

TEST_CASE("the network computes what PyTorch's does, from parameters of the same names") {
  tapegrad::Rng rng(1);
  Seq2SeqNet net({.d_model = 8,
                  .dim_feedforward = 16,
                  .heads = 2,
                  .encoder_layers = 1,
                  .decoder_layers = 2,
                  .dropout = 0,
                  .max_length = 5},
                 6, 5, rng);
  for (auto& [name, parameter] : parameters(net)) {
    const double phase = std::accumulate(name.begin(), name.end(), 0.0);
    Array values = tapegrad::zeros(parameter.shape());
    for (std::size_t i = 0; i < values.size(); ++i) {
      values.data()[i] = static_cast<float>(0.5 * std::sin(0.37 * static_cast<double>(i) + phase));
    }
    const bool table = name == "src_embed.weight" || name == "tgt_embed.weight";
    if (table) std::fill_n(values.data(), 8, 0.0F);
    tapegrad::Parameter(parameter).assign(std::move(values));
  }
  // tests/training/seq2seq_reference.py
  const std::vector<double> expected{
      -0.672006, 1.487780,  -0.528240, 1.461311,  -0.511257, -0.530499, 1.326545,  -0.352580,
      1.277002,  -0.324359, -0.657746, 1.464829,  -0.497352, 1.423502,  -0.467769, -0.672186,
      1.487795,  -0.528090, 1.461001,  -0.510797, -0.542439, 1.335055,  -0.357380, 1.277934,
      -0.321393, -0.496184, 1.290789,  -0.316559, 1.241901,  -0.291333};
  const Array logits = tiny::logits(net, {{2, 3, 4}, {5, 2, 0}}, {{3, 2, 1}, {3, 4, 2}});
  REQUIRE(logits.shape() == tapegrad::Shape{2, 3, 5});
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(static_cast<double>(logits.data()[i]) == Approx(expected[i]).margin(5e-6));
  }
}

TEST_CASE("later units of a target do not change what stands before them") {
  const Seq2SeqModel m = model();
  const Array one = tiny::logits(m.net, {{2, 3, 4}}, {{7, 2, 3, 4}});
  const Array other = tiny::logits(m.net, {{2, 3, 4}}, {{7, 2, 5, 0}});
  CHECK(at(one, 0, 0) == at(other, 0, 0));
  CHECK(at(one, 0, 1) == at(other, 0, 1));
  CHECK(at(one, 0, 2) != at(other, 0, 2));
}

TEST_CASE("padding and the other texts of a batch change logits by no more than rounding") {
  const Seq2SeqModel m = model();
  const Array alone = tiny::logits(m.net, {{2, 3}}, {{7, 2}});
  const Array among =
      tiny::logits(m.net, {{4, 5, 2, 3, 3}, {2, 3, 0, 0, 0}}, {{7, 4, 4, 3}, {7, 2, 0, 0}});
  for (std::size_t t = 0; t < 2; ++t) {
    const auto expected = at(alone, 0, t);
    const auto found = at(among, 1, t);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(found[i] == Approx(expected[i]).margin(1e-5));
    }
  }
}

TEST_CASE("the order of a source and its units matter") {
  const Seq2SeqModel m = model();
  const IndexArray begin{{7, 2}};
  const Array one = tiny::logits(m.net, {{2, 3}}, begin);
  CHECK_FALSE(same(tiny::logits(m.net, {{3, 2}}, begin), one));
  CHECK_FALSE(same(tiny::logits(m.net, {{2, 4}}, begin), one));
}

TEST_CASE("cross attention shares out 1 over the units of a source, none over padding") {
  const Seq2SeqModel m = model();
  const auto memory = m.net.encode({{2, 3, 4}, {5, 2, 0}}, Context{});
  const Array weights = m.net.cross_attention({{7, 2}, {7, 3}}, memory).value();
  REQUIRE(weights.shape() == tapegrad::Shape{2, 2, 3});
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t t = 0; t < 2; ++t) {
      CHECK(weights(b, t, 0) + weights(b, t, 1) + weights(b, t, 2) == Approx(1));
    }
  }
  CHECK(weights(1, 1, 2) == 0);
  CHECK(weights(0, 1, 2) > 0);
}

TEST_CASE("cross attention is that of the last layer on what the layers before it give") {
  Seq2SeqModel m = model();
  const IndexArray targets{{7, 2, 3}};
  const auto memory = m.net.encode({{2, 3, 4}}, Context{});
  const Array before = m.net.cross_attention(targets, memory).value();
  auto& layers = m.net.transformer.decoder.layers;
  layers[1].linear1.weight.mutate().fill(0);  // comes after the last attention
  CHECK(same(m.net.cross_attention(targets, memory).value(), before));
  layers[0].linear1.weight.mutate().fill(0);
  CHECK_FALSE(same(m.net.cross_attention(targets, memory).value(), before));
  // With queries of zero all keys are alike.
  layers[1].norm2.weight.mutate().fill(0);
  layers[1].norm2.bias.mutate().fill(0);
  const Array even = m.net.cross_attention(targets, memory).value();
  for (const float weight : even) CHECK(weight == Approx(1.0 / 3));
}

TEST_CASE("a model has the units of its pairs, and takes texts up to twice their length") {
  tapegrad::TextPairs pairs;
  pairs.add("ba", "x yy x");
  Seq2SeqConfig config = tiny::seq2seq_config();
  config.target_unit = tapegrad::Unit::word;
  const Seq2SeqModel m = tapegrad::make_seq2seq(config, pairs, 1);
  CHECK(m.source.words() == std::vector<std::string>{"<pad>", "<unk>", "a", "b"});
  CHECK(m.target.words() == std::vector<std::string>{"<pad>", "<unk>", "x", "yy", "</s>", "<s>"});
  CHECK(m.config.max_length == 6);
  const auto encoded = encode_pairs(m, pairs);
  CHECK(encoded.sources.ids == tapegrad::LargeVector<std::int32_t>{3, 2});
  CHECK(encoded.targets.ids == tapegrad::LargeVector<std::int32_t>{5, 2, 3, 2, 4});
  CHECK_NOTHROW(encode_sources(m, {"aaaaaa"}));
  CHECK(error_of<std::invalid_argument>([&] {
          encode_sources(m, {"a", "aaaaaaa"});
        }) == "seq2seq: \"aaaaaaa\" has 7 units, the model takes at most 6");
  pairs.add("a", "x x x x x x x");
  CHECK_THAT(error_of<std::invalid_argument>([&] { encode_pairs(m, pairs); }),
             Catch::Contains("has 7 units"));
}

TEST_CASE("numbers that no network can be made of are refused") {
  CHECK(refused({.d_model = 0}) == "seq2seq: d_model is 0, must be 1 or more");
  CHECK(refused({.dim_feedforward = 0}) == "seq2seq: dim_feedforward is 0, must be 1 or more");
  CHECK(refused({.heads = 0}) == "seq2seq: heads is 0, must be 1 or more");
  CHECK(refused({.d_model = 10, .heads = 4}) == "seq2seq: heads is 4, must divide d_model, 10");
  CHECK(refused({.encoder_layers = 0}) == "seq2seq: encoder_layers is 0, must be 1 or more");
  CHECK(refused({.decoder_layers = 0}) == "seq2seq: decoder_layers is 0, must be 1 or more");
  CHECK(refused({.dropout = 2}) == "seq2seq: dropout is 2, must be in [0, 1]");
}
