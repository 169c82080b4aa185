#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <tapegrad/training/seq2seq_decode.hpp>

#include <temporary.hpp>
#include "seq2seq_tiny.hpp"

using tapegrad::Array;
using tapegrad::beam_search;
using tapegrad::decode;
using tapegrad::Decoded;
using tapegrad::DecodeOptions;
using tapegrad::Index;
using tapegrad::IndexArray;
using tapegrad::NextUnit;
using tapegrad::Seq2SeqModel;
using Ids = std::vector<Index>;

namespace {

constexpr Index begin = 0, end = 1;  // and the units 2 and 3

// A model by hand: the probabilities of 0 .. 3 behind each beginning, begin mark left out. What it
// does not name ends.
using Table = std::map<Ids, std::vector<double>>;

NextUnit by_hand(const Table& table) {
  return [&table](const IndexArray& prefixes, const std::vector<std::size_t>& sources) {
    Array result = tapegrad::zeros({sources.size(), 4});
    const std::size_t length = prefixes.shape()[1];
    for (std::size_t n = 0; n < sources.size(); ++n) {
      const Index* row = prefixes.data() + n * length;
      REQUIRE(row[0] == begin);
      const auto found = table.find(Ids(row + 1, row + length));
      const std::vector<double> p =
          found == table.end() ? std::vector<double>{0, 1, 0, 0} : found->second;
      for (std::size_t i = 0; i < 4; ++i) result(n, i) = static_cast<float>(std::log(p[i]));
    }
    return result;
  };
}

// The likeliest first unit, 2, leads nowhere likely; 3 does.
const Table trap{{{}, {0, 0.1, 0.5, 0.4}},
                 {{2}, {0, 0.3, 0.35, 0.35}},
                 {{2, 2}, {0, 1, 0, 0}},
                 {{3}, {0, 0.9, 0.1, 0}}};

Decoded search(const Table& table, const DecodeOptions& options) {
  return beam_search(by_hand(table), 1, begin, end, options).at(0);
}

// Greedy decoding as one would write it down, one source at a time.
Ids greedy(const Seq2SeqModel& model, const std::string& text, std::size_t most) {
  const auto sources = encode_sources(model, {text});
  const auto memory = model.net.encode(padded_batch(sources, {0}).ids, tapegrad::Context{});
  Ids ids{model.target.id(tapegrad::begin_mark)};
  while (ids.size() <= most) {
    IndexArray prefix(tapegrad::Shape{1, ids.size()});
    std::copy(ids.begin(), ids.end(), prefix.data());
    const Array logits =
        model.net.out(model.net.decode(prefix, memory, tapegrad::Context{})).value();
    const auto* last = logits.data() + (ids.size() - 1) * logits.shape()[2];
    Index best = 2;
    for (Index i = 3; i < model.target.size(); ++i) {
      if (i != model.target.id(tapegrad::begin_mark) && last[i] > last[best]) best = i;
    }
    if (best == model.target.id(tapegrad::end_mark)) break;
    ids.push_back(best);
  }
  return {ids.begin() + 1, ids.end()};
}

Seq2SeqModel trained(Index epochs) {
  const auto pairs = tiny::reversed(40);
  Seq2SeqModel model = tapegrad::make_seq2seq(tiny::seq2seq_config(), pairs, 3);
  fit_seq2seq(model, pairs, pairs, tiny::seq2seq_options(epochs));
  return model;
}

double probability(const Decoded& decoded) {
  return std::exp(decoded.log_probability);
}

}  // namespace

TEST_CASE("a beam finds a likelier target than always the likeliest unit") {
  const Decoded one = search(trap, {.beam = 1});
  CHECK(one.ids == Ids{2, 2});
  CHECK(probability(one) == Approx(0.5 * 0.35));
  const Decoded two = search(trap, {.beam = 2});
  CHECK(two.ids == Ids{3});
  CHECK(probability(two) == Approx(0.4 * 0.9));
  CHECK(two.ended);
  CHECK(two.score == two.log_probability);
  for (const Index beam : {3, 4, 100}) CHECK(search(trap, {.beam = beam}).ids == Ids{3});
}

TEST_CASE("a length penalty favours long targets") {
  const Table table{{{}, {0, 0.4, 0.6, 0}}, {{2}, {0, 0, 0, 1}}, {{2, 3}, {0, 0.5, 0.5, 0}}};
  const Decoded plain = search(table, {.beam = 2});
  CHECK(plain.ids.empty());
  CHECK(probability(plain) == Approx(0.4));
  const Decoded mean = search(table, {.beam = 2, .length_penalty = 1});
  CHECK(mean.ids == Ids{2, 3});  // log(0.3) / 3 > log(0.4)
  CHECK(probability(mean) == Approx(0.3));
  CHECK(mean.score == Approx(std::log(0.3) / 3));
}

TEST_CASE("a search with a length penalty waits for targets that are yet to become better") {
  const Table table{{{}, {0, 0.4, 0.1, 0}}, {{2}, {0, 0, 0, 1}}, {{2, 3}, {0, 1, 0, 0}}};
  CHECK(search(table, {.beam = 2, .length_penalty = 1}).ids == Ids{2, 3});  // log(0.1) / 3
  CHECK(search(table, {.beam = 2, .length_penalty = 1, .max_length = 2}).ids.empty());
}

TEST_CASE("a model never writes padding, unknown units or the begin mark") {
  Seq2SeqModel model = trained(1);
  for (const Index id : {0, 1, static_cast<int>(model.target.id(tapegrad::begin_mark))}) {
    model.net.out.bias.mutate()(static_cast<std::size_t>(id)) = 100;
    const auto found = decode(model, encode_sources(model, {"ab", "c"}), {.beam = 2});
    for (const Decoded& each : found) {
      CHECK(std::find(each.ids.begin(), each.ids.end(), id) == each.ids.end());
    }
  }
}

TEST_CASE("of equally likely units the first one counts") {
  CHECK(search({{{}, {0, 0, 0.5, 0.5}}}, {.beam = 1}).ids == Ids{2});
  CHECK(search({{{}, {0, 0, 0.5, 0.5}}}, {.beam = 2}).ids == Ids{2});
}

TEST_CASE("a target that does not end is cut, and says so") {
  const Table endless{{{}, {0, 0, 1, 0}},
                      {{2}, {0, 0, 1, 0}},
                      {{2, 2}, {0, 0, 1, 0}},
                      {{2, 2, 2}, {0, 0.5, 0.5, 0}}};
  for (const Index beam : {1, 2}) {
    const Decoded cut = search(endless, {.beam = beam, .max_length = 3});
    CHECK(cut.ids == Ids{2, 2, 2});
    CHECK_FALSE(cut.ended);
    CHECK(search(endless, {.beam = beam, .max_length = 4}).ended);
  }
}

TEST_CASE("a model that knows no unit at all ends a search") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Decoded none = search({{{}, {nan, nan, nan, nan}}}, {.beam = 2});
  CHECK(none.ids.empty());
  CHECK_FALSE(none.ended);
}

TEST_CASE("each source of a batch is searched on its own") {
  const NextUnit next = [](const IndexArray& prefixes, const std::vector<std::size_t>& sources) {
    Array result = tapegrad::full({sources.size(), 4}, -10);
    for (std::size_t n = 0; n < sources.size(); ++n) {
      const bool done = prefixes.shape()[1] > sources[n];  // source s gets s units
      result(n, done ? 1 : 2) = -1;
    }
    return result;
  };
  const auto all = beam_search(next, 4, begin, end, {.beam = 1});
  REQUIRE(all.size() == 4);
  for (std::size_t s = 0; s < 4; ++s) CHECK(all[s].ids == Ids(s, 2));
  CHECK(beam_search(next, 0, begin, end).empty());
}

TEST_CASE("a beam of 1 is greedy decoding, whatever the batches") {
  const Seq2SeqModel model = trained(4);
  const auto texts = tiny::reversed(60, 9).sources;
  const auto sources = encode_sources(model, texts);
  const auto found = decode(model, sources, {.beam = 1, .batch_size = 7});
  REQUIRE(found.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(found[i].ids == greedy(model, texts[i], model.config.max_length + 1));
  }
}

TEST_CASE("a wider beam of a trained model finds nothing less likely for most sources") {
  const Seq2SeqModel model = trained(2);
  const auto sources = encode_sources(model, tiny::reversed(60, 9).sources);
  const auto one = decode(model, sources, {.beam = 1});
  const auto five = decode(model, sources, {.beam = 5});
  int better = 0, worse = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (!one[i].ended || !five[i].ended) continue;
    if (five[i].log_probability > one[i].log_probability + 1e-4) ++better;
    if (five[i].log_probability < one[i].log_probability - 1e-4) ++worse;
  }
  CHECK(better > 0);
  CHECK(worse < better);
}

TEST_CASE("decoding can be cancelled between batches") {
  const Seq2SeqModel model = trained(1);
  const auto sources = encode_sources(model, tiny::reversed(10).sources);
  int asked = 0;
  CHECK(decode(model, sources, {.batch_size = 4}, [&] { return ++asked > 2; }).size() == 8);
}

TEST_CASE("searches that make no sense are refused") {
  const auto refused = [](const DecodeOptions& options) {
    return error_of<std::invalid_argument>([&] { search(trap, options); });
  };
  CHECK(refused({.beam = 0}) == "decode: beam is 0, must be 1 or more");
  CHECK(refused({.max_length = 0}) == "decode: max_length is 0, must be 1 or more");
  CHECK(refused({.batch_size = 0}) == "decode: batch_size is 0, must be 1 or more");
  CHECK(refused({.length_penalty = -1}) == "decode: length_penalty is -1, must be 0 or more");
}
