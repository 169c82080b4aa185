// Properties of lookups and bags that hold for every input, on random ones: sizes from 0 on, empty
// bags, repeated ids, padding, weights.
#include <algorithm>
#include <catch2/catch.hpp>
#include <draws.hpp>
#include <numeric>
#include <tapegrad/core/ops.hpp>
#include <xtensor/xview.hpp>

namespace tg = tapegrad;
using tg::Array;
using tg::BagMode;
using tg::Index;
using tg::IndexArray;
using tg::Parameter;
using tg::Rng;
using tg::Shape;
using tg::Tensor;

namespace {

constexpr int draws = 300;

bool close(const Array& a, const Array& b) {
  return a.shape() == b.shape() && xt::allclose(a, b, 1e-12, 1e-12);
}

bool flip(Rng& rng) {
  return rng.below(2) == 1;
}

std::optional<Index> random_padding(std::size_t rows, Rng& rng) {
  if (flip(rng)) return {};
  return static_cast<Index>(rng.below(rows));
}

Shape random_shape(Rng& rng) {
  Shape shape(random_size(0, 3, rng));
  for (std::size_t& size : shape) size = random_size(0, 4, rng);
  return shape;
}

// The gradient of a table [V, D] under this upstream gradient, dense.
template <class F>
Array gradient(const Parameter& p, const Array& upstream, const F& f) {
  tg::Tape tape;
  return tape.backward(sum(mul(f(), Tensor(upstream)))).dense(p);
}

struct Draw {
  std::size_t rows = 0, width = 0;
  Parameter table;
  tg::Bags bags;  // flat
  tg::EmbeddingBagOptions options;
  Parameter weights;  // undefined: none
  Array upstream;     // [B, D]

  std::size_t size() const { return bags.offsets.size(); }
  std::size_t begin(std::size_t bag) const {
    return static_cast<std::size_t>(bags.offsets.data()[bag]);
  }
  std::size_t end(std::size_t bag) const {
    return bag + 1 < size() ? begin(bag + 1) : bags.ids.size();
  }
  bool counts(std::size_t position) const {
    return bags.ids.data()[position] != options.padding_idx.value_or(-1);
  }
  Tensor bag() const {
    return embedding_bag(table, bags, options, weights.defined() ? Tensor(weights) : Tensor());
  }
};

Draw random_draw(Rng& rng) {
  Draw draw;
  draw.rows = random_size(1, 8, rng);
  draw.width = random_size(0, 9, rng);
  draw.table = Parameter(random_array({draw.rows, draw.width}, rng));
  const std::size_t size = random_size(0, 6, rng);
  draw.bags.offsets = IndexArray(Shape{size}, 0);
  Index n = 0;
  for (Index& offset : draw.bags.offsets) {
    offset = n;
    if (flip(rng)) n += static_cast<Index>(rng.below(7));
  }
  draw.bags.ids = random_ids({static_cast<std::size_t>(n)}, draw.rows, rng);
  draw.options = {.mode = BagMode(rng.below(3)), .padding_idx = random_padding(draw.rows, rng)};
  if (draw.options.mode != BagMode::max) draw.options.scale_grad_by_freq = flip(rng);
  if (draw.options.mode == BagMode::sum && flip(rng)) {
    draw.weights = Parameter(random_array({static_cast<std::size_t>(n)}, rng));
  }
  draw.upstream = random_array({size, draw.width}, rng);
  return draw;
}

// What each entry of each bag adds to the result: [B, N, D], so that a bag is the sum over N of
// shares times looked-up rows.
Array shares(const Draw& draw) {
  const Array rows = draw.table.value();
  Array share = tg::zeros({draw.size(), draw.bags.ids.size(), draw.width});
  for (std::size_t bag = 0; bag < draw.size(); ++bag) {
    std::vector<std::size_t> entries;
    for (std::size_t i = draw.begin(bag); i < draw.end(bag); ++i) {
      if (draw.counts(i)) entries.push_back(i);
    }
    for (std::size_t d = 0; d < draw.width; ++d) {
      const auto value = [&](std::size_t i) {
        return rows(static_cast<std::size_t>(draw.bags.ids.data()[i]), d);
      };
      const auto largest =
          std::max_element(entries.begin(), entries.end(),
                           [&](std::size_t i, std::size_t j) { return value(i) < value(j); });
      for (const std::size_t i : entries) {
        switch (draw.options.mode) {
          case BagMode::sum:
            share(bag, i, d) = draw.weights.defined() ? draw.weights.value()(i) : 1.0;
            break;
          case BagMode::mean:
            share(bag, i, d) = 1.0 / static_cast<double>(entries.size());
            break;
          case BagMode::max:
            share(bag, i, d) = i == *largest ? 1.0 : 0.0;
        }
      }
    }
  }
  return share;
}

// dw[i] = sum over d of upstream[b, d] row_i[d]; zero at padding.
Array weights_gradient(const Draw& draw) {
  Array dw = tg::zeros({draw.bags.ids.size()});
  for (std::size_t bag = 0; bag < draw.size(); ++bag) {
    for (std::size_t i = draw.begin(bag); i < draw.end(bag); ++i) {
      for (std::size_t d = 0; d < draw.width && draw.counts(i); ++d) {
        dw(i) += draw.upstream(bag, d) *
                 draw.table.value()(static_cast<std::size_t>(draw.bags.ids.data()[i]), d);
      }
    }
  }
  return dw;
}

}  // namespace

TEST_CASE("a lookup is a product with one-hot rows, and so is its gradient") {
  for_each_draw(draws, [](Rng& rng) {
    const std::size_t rows = random_size(1, 9, rng), width = random_size(0, 9, rng);
    const Parameter table(random_array({rows, width}, rng));
    const IndexArray ids = random_ids(random_shape(rng), rows, rng);
    const tg::EmbeddingOptions options{.padding_idx = random_padding(rows, rng),
                                       .scale_grad_by_freq = flip(rng)};
    Array one_hot = tg::zeros({ids.size(), rows}),
          upstream = random_array({ids.size(), width}, rng);
    std::vector<double> counts(rows, 0);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto id = static_cast<std::size_t>(ids.data()[i]);
      one_hot(i, id) = 1;
      ++counts[id];
    }
    const auto by_product = [&] { return matmul(Tensor(one_hot), table); };
    const auto by_lookup = [&] {
      return reshape(embedding(table, ids, options), {ids.size(), width});
    };
    REQUIRE(close(by_lookup().value(), by_product().value()));
    Array wanted = gradient(table, upstream, by_product);
    for (std::size_t row = 0; row < rows; ++row) {
      const bool padded = options.padding_idx == static_cast<Index>(row);
      const double scale = options.scale_grad_by_freq ? 1 / std::max(1.0, counts[row]) : 1.0;
      for (std::size_t d = 0; d < width; ++d) wanted(row, d) *= padded ? 0 : scale;
    }
    REQUIRE(close(gradient(table, upstream, by_lookup), wanted));
  });
}

TEST_CASE("a bag is the sum, mean or maximum of the lookups of its ids, and so are its gradients") {
  for_each_draw(draws, [](Rng& rng) {
    const Draw draw = random_draw(rng);
    const Tensor share(shares(draw));
    const auto by_lookup = [&] {
      const Tensor rows = embedding(draw.table, draw.bags.ids,
                                    {.padding_idx = draw.options.padding_idx,
                                     .scale_grad_by_freq = draw.options.scale_grad_by_freq});
      return sum(mul(share, rows), 1);
    };
    const auto by_bag = [&] { return draw.bag(); };
    REQUIRE(close(by_bag().value(), by_lookup().value()));
    REQUIRE(close(gradient(draw.table, draw.upstream, by_bag),
                  gradient(draw.table, draw.upstream, by_lookup)));
    if (draw.weights.defined()) {
      REQUIRE(close(gradient(draw.weights, draw.upstream, by_bag), weights_gradient(draw)));
    }
  });
}

TEST_CASE("the three ways to give the same bags give the same bits") {
  for_each_draw(draws, [](Rng& rng) {
    const std::size_t rows = random_size(1, 8, rng), width = random_size(0, 9, rng);
    const std::size_t size = random_size(0, 5, rng), length = random_size(0, 5, rng);
    const Parameter table(random_array({rows, width}, rng));
    const tg::EmbeddingBagOptions options{.mode = BagMode(rng.below(3)),
                                          .padding_idx = random_padding(rows, rng)};
    const Array upstream = random_array({size, width}, rng);
    const IndexArray square = random_ids({size, length}, rows, rng);
    IndexArray flat = square, offsets(Shape{size + 1}, 0);
    flat.reshape({size * length});
    for (std::size_t b = 0; b <= size; ++b) offsets(b) = static_cast<Index>(b * length);
    const IndexArray starts = xt::view(offsets, xt::range(0, size));
    const auto value_and_gradient = [&](const tg::Bags& bags) {
      const auto f = [&] { return embedding_bag(table, bags, options); };
      return std::pair(f().value(), gradient(table, upstream, f));
    };
    const auto wanted = value_and_gradient({.ids = square});
    REQUIRE((value_and_gradient({flat, offsets, true}) == wanted));
    REQUIRE((value_and_gradient({flat, starts}) == wanted));
  });
}

TEST_CASE("bags in another order give the same results in that order, and the same gradient") {
  for_each_draw(draws, [](Rng& rng) {
    const Draw draw = random_draw(rng);
    std::vector<std::size_t> order(draw.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(order, rng);
    Draw other = draw;
    std::vector<std::size_t> from;  // of each position
    for (std::size_t b = 0; b < order.size(); ++b) {
      other.bags.offsets(b) = static_cast<Index>(from.size());
      for (std::size_t i = draw.begin(order[b]); i < draw.end(order[b]); ++i) from.push_back(i);
      for (std::size_t d = 0; d < draw.width; ++d) {
        other.upstream(b, d) = draw.upstream(order[b], d);
      }
    }
    for (std::size_t i = 0; i < from.size(); ++i) other.bags.ids(i) = draw.bags.ids(from[i]);
    if (draw.weights.defined()) {
      Array weights = draw.weights.value();
      for (std::size_t i = 0; i < from.size(); ++i) weights(i) = draw.weights.value()(from[i]);
      other.weights = Parameter(weights);
    }
    const Array a = draw.bag().value(), b = other.bag().value();
    for (std::size_t bag = 0; bag < order.size(); ++bag) {
      for (std::size_t d = 0; d < draw.width; ++d) REQUIRE(b(bag, d) == a(order[bag], d));
    }
    REQUIRE(close(gradient(other.table, other.upstream, [&] { return other.bag(); }),
                  gradient(draw.table, draw.upstream, [&] { return draw.bag(); })));
  });
}

TEST_CASE("the length of padding changes neither a bag nor its gradient") {
  for_each_draw(draws, [](Rng& rng) {
    const Draw draw = [&] {
      Draw made = random_draw(rng);
      made.options.padding_idx = 0;
      made.weights = {};
      return made;
    }();
    std::size_t longest = 0;
    for (std::size_t b = 0; b < draw.size(); ++b) {
      longest = std::max(longest, draw.end(b) - draw.begin(b));
    }
    Draw padded = draw;
    const std::size_t length = longest + random_size(0, 5, rng);
    IndexArray ids(Shape{draw.size(), length}, 0);
    for (std::size_t b = 0; b < draw.size(); ++b) {
      // Padding stands before, behind and between the ids.
      std::size_t spare = length - (draw.end(b) - draw.begin(b)), to = 0;
      for (std::size_t i = draw.begin(b); i < draw.end(b); ++i) {
        for (; spare > 0 && rng.below(3) == 0; --spare) ++to;
        ids(b, to++) = draw.bags.ids(i);
      }
    }
    padded.bags = {.ids = ids};
    REQUIRE(close(padded.bag().value(), draw.bag().value()));
    REQUIRE(close(gradient(padded.table, draw.upstream, [&] { return padded.bag(); }),
                  gradient(draw.table, draw.upstream, [&] { return draw.bag(); })));
  });
}
