// Several small batches with the gradient of a large one: what docs/design.md shows.
#include <algorithm>
#include <catch2/catch.hpp>
#include <same.hpp>
#include <tapegrad/core/ops.hpp>

namespace tg = tapegrad;

namespace {

struct Batch {
  tg::IndexArray ids;     // [N, 4]
  tg::IndexArray labels;  // [N]
};

Batch random_batch(std::size_t n) {
  Batch batch{tg::IndexArray(tg::Shape{n, 4}), tg::IndexArray(tg::Shape{n})};
  tg::Rng rng(1);
  for (tg::Index& id : batch.ids) id = static_cast<tg::Index>(rng.below(50));
  for (tg::Index& label : batch.labels) label = static_cast<tg::Index>(rng.below(3));
  return batch;
}

Batch part(const Batch& batch, std::size_t begin, std::size_t end) {
  Batch some{tg::IndexArray(tg::Shape{end - begin, 4}), tg::IndexArray(tg::Shape{end - begin})};
  std::copy(batch.ids.data() + 4 * begin, batch.ids.data() + 4 * end, some.ids.data());
  std::copy(batch.labels.data() + begin, batch.labels.data() + end, some.labels.data());
  return some;
}

tg::Array random(const tg::Shape& shape) {
  tg::Array a(shape);
  tg::Rng rng(2);
  for (tg::Real& x : a) x = static_cast<tg::Real>(rng.uniform(-1, 1));
  return a;
}

}  // namespace

TEST_CASE("micro-batches, weighted by their items, give the gradients of the whole batch") {
  tg::Parameter table(random({50, 8}));
  const tg::Parameter weight(random({3, 8}));
  table.set_frozen_rows({0});
  const Batch batch = random_batch(40);
  const auto gradients = [&](const Batch& some) {
    tg::Tape tape;
    const tg::Tensor x = tg::tanh(embedding_bag(table, {.ids = some.ids}));
    return tape.backward(cross_entropy(linear(x, weight), some.labels));
  };
  const tg::Gradients whole = gradients(batch);
  for (const std::vector<std::size_t>& cuts :
       {std::vector<std::size_t>{0, 20, 40}, {0, 7, 8, 33, 40}, {0, 40}}) {
    tg::Gradients sum;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      tg::Gradients some = gradients(part(batch, cuts[i], cuts[i + 1]));
      some.scale(static_cast<tg::Real>(cuts[i + 1] - cuts[i]) / 40);
      sum.add(some);
    }
    CHECK(sum[table].is_rows());
    CHECK(sum[table].rows().rows == whole[table].rows().rows);
    CHECK(sum[weight].is_dense());
    CHECK(sum.size() == 2);
    for (const tg::Parameter& p : {table, weight}) {
      const tg::Array difference = sum.dense(p) - whole.dense(p);
      for (const tg::Real x : difference) CHECK(x == Approx(0).margin(1e-7));
    }
  }
}

TEST_CASE("a parameter that only one micro-batch reaches keeps that gradient") {
  const tg::Parameter p(tg::full({2}, 1)), q(tg::full({2}, 1));
  const auto of = [](const tg::Tensor& x) {
    tg::Tape tape;
    return tape.backward(sum(x * x));
  };
  tg::Gradients total;
  for (const tg::Parameter& each : {p, q}) {
    tg::Gradients some = of(each);
    some.scale(tg::Real(0.5));
    total.add(some);
  }
  CHECK(same(total.dense(p), tg::full({2}, 1)));
  CHECK(same(total.dense(q), tg::full({2}, 1)));
}
