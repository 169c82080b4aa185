// What operations do in float, with random numbers, and on several threads.
#include <catch2/catch.hpp>
#include <cmath>
#include <draws.hpp>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/rng.hpp>
#include <xtensor/xview.hpp>

namespace tg = tapegrad;

namespace {

tg::Context training(std::uint64_t seed) {
  return {.training = true, .seed = seed};
}

// run(threads) gives arrays.
template <class F>
void check_same_on_threads(const F& run) {
  const auto one = run(1);
  for (const int threads : {2, 5}) {
    const auto several = run(threads);
    for (std::size_t i = 0; i < one.size(); ++i) {
      INFO("threads " << threads << ", array " << i);
      CHECK(same_bits(several[i], one[i]));
    }
  }
}

}  // namespace

TEST_CASE("softmax rows sum to one, also for logits of 1e4") {
  for (const tg::Real scale : {1.0F, 1e4F}) {
    const tg::Array y = softmax(tg::Tensor(scale * random_array({50, 7}, 1))).value();
    const tg::Array sums = xt::sum(y, {1});
    for (const tg::Real s : sums) CHECK(s == Approx(1).epsilon(1e-6));
  }
}

TEST_CASE("a sum of many equal floats comes out right") {
  CHECK(sum(tg::Tensor(tg::full({1 << 25}, 1))).item() == 1 << 25);
  CHECK(mean(tg::Tensor(tg::full({100000}, 0.1F))).item() == 0.1F);
}

TEST_CASE("dropout keeps a share of 1 - p, scaled to the same mean") {
  const std::size_t n = 100000;
  const tg::Tensor ones(tg::full({n}, 1));
  for (const double p : {0.1, 0.5, 0.9}) {
    const tg::Array y = dropout(ones, p, training(1)).value();
    double kept = 0;
    for (const tg::Real v : y) {
      if (v != 0) CHECK(v == Approx(1 / (1 - p)));
      kept += v != 0;
    }
    CHECK(std::abs(kept / n - (1 - p)) < 5 * std::sqrt(p * (1 - p) / n));
  }
}

TEST_CASE("dropout's gradient has the mask of its forward") {
  const tg::Parameter p(tg::full({1000}, 1));
  tg::Tape tape;
  const tg::Tensor y = dropout(p, 0.3, training(2));
  const tg::Array forward = y.value();
  CHECK(same_bits(tape.backward(sum(y)).dense(p), forward));
}

TEST_CASE("each dropout of a context has its own mask, and a new context repeats them") {
  const tg::Tensor ones(tg::full({100}, 1));
  const tg::Context context = training(3), again = training(3), other = training(4);
  const tg::Array first = dropout(ones, 0.5, context).value();
  const tg::Array second = dropout(ones, 0.5, context).value();
  CHECK_FALSE(same(first, second));
  CHECK(same(first, dropout(ones, 0.5, again).value()));
  CHECK_FALSE(same(first, dropout(ones, 0.5, other).value()));
}

TEST_CASE("dropout without training or with p = 0 is the identity and draws no numbers") {
  const tg::Tensor x(tg::full({100}, 1));
  const tg::Context context = training(3), fresh = training(3);
  CHECK(&dropout(x, 0.5, tg::Context()).value() == &x.value());
  CHECK(&dropout(x, 0, context).value() == &x.value());
  CHECK(same(dropout(x, 0.5, context).value(), dropout(x, 0.5, fresh).value()));
}

TEST_CASE("dropout with p = 1 gives zeros and zero gradients, but keeps NaN") {
  const tg::Parameter p(tg::full({10}, 1));
  tg::Tape tape;
  const tg::Tensor y = dropout(p, 1, training(5));
  CHECK(same(y.value(), tg::zeros({10})));
  CHECK(same(tape.backward(sum(y)).dense(p), tg::zeros({10})));
  CHECK(std::isnan(dropout(tg::Tensor(tg::full({1}, NAN)), 1, training(5)).item()));
}

TEST_CASE("values and gradients have the same bits on any number of threads") {
  const tg::Parameter table(random_array({500, 33}, 1)), weight(random_array({300, 33}, 2));
  const tg::Parameter batch(random_array({20, 33, 40}, 3)), scale(random_array({64, 40}, 4));
  tg::IndexArray ids(tg::Shape{64, 50}, 0), labels(tg::Shape{64}, 0);
  tg::Rng rng(5);
  for (tg::Index& id : ids) id = static_cast<tg::Index>(rng.below(500));
  for (tg::Index& label : labels) label = static_cast<tg::Index>(rng.below(300));
  const auto run = [&](int threads) {
    tg::set_threads(threads);
    tg::Tape tape;
    tg::Tensor x = embedding_bag(table, {.ids = ids}, {tg::BagMode::mean, 0});
    x = x + embedding_bag(table, {.ids = ids}, {tg::BagMode::max}) + sum(embedding(table, ids), 1);
    const tg::Tensor logits = linear(dropout(gelu(x), 0.5, training(6)), weight);
    const tg::Tensor products = softmax(matmul(x, batch), 1) * scale;
    const tg::Tensor loss =
        cross_entropy(logits, labels) + mean(transpose(products, 0, 2)) + sum(sigmoid(products));
    const tg::Gradients g = tape.backward(loss);
    tg::set_threads(0);
    return std::vector<tg::Array>{loss.value(),    logits.value(), products.value(), g.dense(table),
                                  g.dense(weight), g.dense(batch), g.dense(scale)};
  };
  check_same_on_threads(run);
}

namespace {

// Windows, their maxima, and the gradients of what goes in.
std::vector<tg::Array> convolve(const tg::Array& x, const tg::Array& weight, tg::Index padding,
                                const tg::Mask& mask) {
  const tg::Parameter p(x), filters(weight), bias(random_array({weight.shape()[0]}, 9));
  tg::Tape tape;
  const tg::Tensor y = conv1d(p, filters, bias, padding);
  const tg::Tensor best =
      max_over_time(y, tg::window_mask(mask, static_cast<tg::Index>(weight.shape()[2]), padding));
  const tg::Gradients g = tape.backward(sum(best * best) + mean(y));
  return {y.value(), best.value(), g.dense(p), g.dense(filters), g.dense(bias)};
}

}  // namespace

TEST_CASE("convolutions of many blocks have the same bits on any number of threads") {
  const tg::Array x = random_array({60, 40, 33}, 1), weight = random_array({130, 33, 4}, 2);
  tg::Mask mask(tg::Shape{60, 40}, false);
  for (std::size_t i = 0; i < mask.size(); i += 7) mask.data()[i] = true;
  for (const tg::Index padding : {0, 1, 3}) {
    check_same_on_threads([&](int threads) {
      tg::set_threads(threads);
      auto arrays = convolve(x, weight, padding, mask);
      tg::set_threads(0);
      return arrays;
    });
  }
}

TEST_CASE("a convolution sees each sequence alone: in any order, it gives the same") {
  // Whole numbers, so that sums are exact whatever the shapes of the products.
  const tg::Array x = xt::round(8 * random_array({3, 5, 4}, 1)),
                  weight = xt::round(8 * random_array({6, 4, 3}, 2));
  for (const tg::Index padding : {0, 1, 2, 4}) {
    const tg::Array all = conv1d(tg::Tensor(x), tg::Tensor(weight), {}, padding).value();
    for (const std::vector<std::size_t>& order : {std::vector<std::size_t>{2, 0, 1}, {1}}) {
      const tg::Array some = xt::view(x, xt::keep(order));
      const tg::Array expected = xt::view(all, xt::keep(order));
      CHECK(same(conv1d(tg::Tensor(some), tg::Tensor(weight), {}, padding).value(), expected));
    }
  }
}

TEST_CASE("how far a sequence is padded does not change its maxima over windows") {
  const tg::Array weight = xt::round(8 * random_array({6, 4, 3}, 2));
  const std::vector<std::size_t> lengths{5, 1, 0, 2};  // two of them shorter than a window
  const auto maxima = [&](std::size_t tokens) {
    tg::Array x = tg::zeros({4, tokens, 4});
    tg::Mask mask(tg::Shape{4, tokens}, true);
    const tg::Array values = xt::round(8 * random_array({4, 5, 4}, 1));
    for (std::size_t b = 0; b < 4; ++b) {
      for (std::size_t t = 0; t < lengths[b]; ++t) {
        mask(b, t) = false;
        for (std::size_t d = 0; d < 4; ++d) x(b, t, d) = values(b, t, d);
      }
    }
    const tg::Tensor y = conv1d(tg::Tensor(x), tg::Tensor(weight), {}, 2);
    return max_over_time(y, tg::window_mask(mask, 3, 2)).value();
  };
  CHECK(same(maxima(6), maxima(5)));
  CHECK(same(maxima(30), maxima(5)));
  const tg::Array empty = xt::view(maxima(5), 2);
  CHECK(same(empty, tg::zeros({6})));
}

TEST_CASE("broadcasting and its gradient are those of xtensor, whatever the shapes") {
  const std::vector<tg::Shape> shapes{{},        {1},          {5},         {1, 1},    {3, 1},
                                      {1, 5},    {3, 5},       {4, 1, 5},   {4, 3, 1}, {1, 3, 5},
                                      {4, 3, 5}, {2, 1, 3, 1}, {2, 4, 1, 5}};
  for (const tg::Shape& a_shape : shapes) {
    for (const tg::Shape& b_shape : shapes) {
      // Whole numbers, so that sums are exact in any order.
      const tg::Array a = xt::round(8 * random_array(a_shape, 1)),
                      b = xt::round(8 * random_array(b_shape, 2));
      tg::Array expected;
      try {
        expected = a - b;
      } catch (const xt::broadcast_error&) {
        CHECK_THROWS_AS(tg::Tensor(a) - tg::Tensor(b), tg::ShapeError);
        continue;
      }
      CAPTURE(tg::to_string(a_shape), tg::to_string(b_shape));
      const tg::Parameter p(a), q(b);
      const tg::Array upstream = xt::round(8 * random_array(expected.shape(), 3));
      tg::Tape tape;
      const tg::Tensor y = p - q;
      CHECK(same(y.value(), expected));
      const tg::Gradients g = tape.backward(sum(y * tg::Tensor(upstream)));
      // What each element of a is part of, by xtensor's own broadcasting.
      tg::Array da = tg::zeros(a_shape), db = tg::zeros(b_shape);
      auto da_view = xt::broadcast(da, expected.shape());
      auto db_view = xt::broadcast(db, expected.shape());
      auto a_at = da_view.begin();
      auto b_at = db_view.begin();
      for (const tg::Real u : upstream) {
        const_cast<tg::Real&>(*a_at++) += u;
        const_cast<tg::Real&>(*b_at++) -= u;
      }
      CHECK(same(g.dense(p), da));
      CHECK(same(g.dense(q), db));
    }
  }
}

TEST_CASE("sums along each axis are those of a plain loop, also of many blocks") {
  const tg::Array x = xt::round(8 * random_array({70, 30, 50}, 7));
  for (const int axis : {0, 1, 2}) {
    const tg::Array expected = xt::sum(x, {axis});
    CHECK(same(sum(tg::Tensor(x), axis).value(), expected));
  }
}

TEST_CASE("broadcasts, sums and products of many blocks have the same bits on any threads") {
  const tg::Parameter x(random_array({700, 300}, 1)), weight(random_array({600, 300}, 2)),
      bias(random_array({600}, 3)), column(random_array({700, 1}, 4));
  const auto run = [&](int threads) {
    tg::set_threads(threads);
    tg::Tape tape;
    const tg::Tensor y = linear(x, weight, bias) * column + bias;
    const tg::Tensor loss = sum(sum(relu(y), 0) * bias) + mean(sum(y / (column * column), 1));
    const tg::Gradients g = tape.backward(loss);
    tg::set_threads(0);
    return std::vector<tg::Array>{y.value(),       loss.value(),  g.dense(x),
                                  g.dense(weight), g.dense(bias), g.dense(column)};
  };
  check_same_on_threads(run);
}
