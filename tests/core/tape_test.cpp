#include <catch2/catch.hpp>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/ops.hpp>

namespace tg = tapegrad;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

namespace {

tg::Parameter number(tg::Real value) {
  return tg::Parameter(tg::full({}, value));
}

const std::vector<tg::Index> rows_1_3{1, 3};
const tg::IndexArray ids{1, 3, 1};

tg::Parameter table() {
  return tg::Parameter(tg::full({5, 2}, 1));
}

// An operation whose backward is what the test says.
tg::Tensor wrong(const tg::Tensor& x, tg::Backward backward) {
  return tg::record("wrong", {x}, tg::Tensor(tg::full({}, 1)), {}, std::move(backward));
}

}  // namespace

TEST_CASE("a chain of a million operations runs backward and is freed") {
  const tg::Parameter p = number(1);
  {
    tg::Tape tape;
    tg::Tensor x = p;
    for (int i = 0; i < 1000000; ++i) x = -x;
    CHECK(tape.size() == 1000000);
    CHECK(tape.backward(x).dense(p)() == 1);
  }
  tg::Tape unused;
  tg::Tensor x = p;
  for (int i = 0; i < 1000000; ++i) x = x * p;
}

TEST_CASE("the gradients of 1e5 uses of one tensor add up") {
  const tg::Parameter p = number(1);
  tg::Tape tape;
  const tg::Tensor x = p * p;
  tg::Tensor total = x;
  for (int i = 1; i < 100000; ++i) total = total + x;
  CHECK(tape.backward(total).dense(p)() == 200000);
}

TEST_CASE("an input used twice by one operation gets both gradients") {
  const tg::Parameter p = number(3);
  tg::Tape tape;
  CHECK(tape.backward(p * p).dense(p)() == 6);
}

TEST_CASE("a parameter changed between forward and backward is an error with the operation") {
  tg::Parameter p = number(2), q = number(3);
  tg::Tape tape;
  const tg::Tensor y = p * q;
  q.mutate() = tg::full({}, 4);
  CHECK_THROWS_WITH(tape.backward(y), Equals("mul: a parameter of shape [] that backward needs was "
                                             "changed since forward"));
}

TEST_CASE("a change of a parameter whose value backward does not need is no error") {
  tg::Parameter p = number(2), q = number(3);
  tg::Tape tape;
  const tg::Tensor y = p + q;
  q.mutate() = tg::full({}, 4);
  CHECK(tape.backward(y).dense(q)() == 1);
}

TEST_CASE("a second backward is an error") {
  const tg::Parameter p = number(2);
  tg::Tape tape;
  const tg::Tensor y = p * p;
  tape.backward(y);
  CHECK_THROWS_AS(tape.backward(y), std::logic_error);
  CHECK_THROWS_WITH(tape.backward(y), "backward: this tape was used up by an earlier backward");
}

TEST_CASE("a used tape records no more") {
  const tg::Parameter p = number(2);
  tg::Tape tape;
  tape.backward(p * p);
  CHECK((p * p).tape() == 0);
}

TEST_CASE("a loss of several elements, or none, is an error") {
  const tg::Parameter p(tg::full({2}, 1));
  tg::Tape tape;
  const tg::Tensor y = p * p;
  CHECK_THROWS_AS(tape.backward(y), std::logic_error);
  CHECK_THROWS_WITH(tape.backward(y), "backward: the loss must have one element, its shape is [2]");
  CHECK_THROWS_WITH(tape.backward(tg::Tensor()), Contains("its shape is undefined"));
}

TEST_CASE("a loss that is not on the tape is an error") {
  const tg::Parameter p = number(2);
  const tg::Tensor before = p * p;
  tg::Tape tape;
  tg::Parameter frozen = number(1);
  frozen.set_frozen(true);
  for (const tg::Tensor& loss : {before, tg::Tensor(p), frozen * frozen}) {
    CHECK_THROWS_AS(tape.backward(loss), std::logic_error);
    CHECK_THROWS_WITH(tape.backward(loss), Contains("backward: the loss is not on this tape"));
  }
  tg::Tape inner;
  const tg::Tensor on_inner = p * p;
  CHECK_THROWS_WITH(tape.backward(on_inner), Contains("not on this tape"));
}

TEST_CASE("the innermost tape records, and tensors of the outer one are constants to it") {
  const tg::Parameter p = number(3);
  tg::Tape outer;
  const tg::Tensor square = p * p;
  {
    tg::Tape inner;
    CHECK(tg::Tape::current() == &inner);
    CHECK(inner.backward(square * p).dense(p)() == 9);
  }
  CHECK(tg::Tape::current() == &outer);
  CHECK(outer.size() == 1);
  CHECK(outer.backward(square).dense(p)() == 6);
}

TEST_CASE("a tensor of an ended tape is a constant") {
  const tg::Parameter p = number(3);
  tg::Tensor square;
  {
    const tg::Tape ended;
    square = p * p;
  }
  tg::Tape tape;
  CHECK((square * square).tape() == 0);
  CHECK(tape.backward(square * p).dense(p)() == 9);
}

TEST_CASE("without a tape, or with constants only, nothing is recorded") {
  const tg::Parameter p = number(3);
  CHECK((p * p).tape() == 0);
  const tg::Tape tape;
  const tg::Tensor constant(tg::full({}, 1));
  CHECK((constant * constant).tape() == 0);
  CHECK(tape.size() == 0);
  CHECK((constant * p).tape() != 0);
  CHECK(tape.size() == 1);
}

TEST_CASE("a frozen parameter is absent from the gradients, and what it alone feeds is not asked") {
  const tg::Parameter p = number(3);
  tg::Parameter frozen = number(5);
  frozen.set_frozen(true);
  bool wanted = true;
  tg::Tape tape;
  const tg::Tensor y = tg::record("asks", {frozen, p}, tg::Tensor(tg::full({}, 1)), {},
                                  [&](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) {
                                    wanted = sink.wants(0);
                                    sink.add(1, dy);
                                  });
  const tg::Gradients g = tape.backward(y);
  CHECK_FALSE(wanted);
  CHECK_FALSE(g.contains(frozen));
  CHECK(g[frozen].is_none());
  CHECK(g.contains(p));
}

TEST_CASE("a parameter that the loss does not depend on is absent") {
  const tg::Parameter p = number(3), q = number(4);
  tg::Tape tape;
  const tg::Tensor unused = q * q;
  const tg::Gradients g = tape.backward(p * p);
  CHECK(g.size() == 1);
  CHECK_FALSE(g.contains(q));
}

TEST_CASE("frozen rows are left out of dense gradients and of rows") {
  tg::Parameter t = table();
  t.set_frozen_rows({3, 0});
  {
    tg::Tape tape;
    const tg::Gradients g = tape.backward(sum(t * t));
    CHECK(same(g.dense(t), tg::Array{{0, 0}, {2, 2}, {2, 2}, {0, 0}, {2, 2}}));
  }
  tg::Tape tape;
  const tg::Gradients g = tape.backward(sum(embedding(t, ids)));
  CHECK(g[t].rows().rows == std::vector<tg::Index>{1});
  CHECK(same(g[t].rows().values, tg::Array{{2, 2}}));
}

TEST_CASE("a lookup of frozen rows only is a zero gradient, not an absent one") {
  tg::Parameter t = table();
  t.set_frozen_rows(rows_1_3);
  tg::Tape tape;
  const tg::Gradients g = tape.backward(sum(embedding(t, ids)));
  CHECK(g.contains(t));
  CHECK(g[t].rows().rows.empty());
  CHECK(same(g.dense(t), tg::zeros({5, 2})));
}

TEST_CASE("rows and rows merge, rows and dense add up, in either order") {
  const tg::Parameter t = table();
  const auto rows = [&] { return sum(embedding(t, ids)); };
  const auto bag = [&] { return sum(embedding_bag(t, {.ids = {{3, 4}}}, {tg::BagMode::sum})); };
  const auto dense = [&] { return sum(t); };
  {
    tg::Tape tape;
    const tg::Gradients g = tape.backward(rows() + bag());
    CHECK(g[t].rows().rows == std::vector<tg::Index>{1, 3, 4});
    CHECK(same(g[t].rows().values, tg::Array{{2, 2}, {2, 2}, {1, 1}}));
  }
  const tg::Array both{{1, 1}, {3, 3}, {1, 1}, {2, 2}, {1, 1}};
  {
    tg::Tape tape;
    CHECK(same(tape.backward(rows() + dense())[t].dense(), both));
  }
  tg::Tape tape;
  CHECK(same(tape.backward(dense() + rows())[t].dense(), both));
}

TEST_CASE("the gradient of a lookup's table is rows, and dense for a table that is a result") {
  const tg::Parameter t = table();
  {
    tg::Tape tape;
    CHECK(tape.backward(sum(embedding(t, ids)))[t].rows().rows == rows_1_3);
  }
  tg::Tape tape;
  const tg::Gradients g = tape.backward(sum(embedding(t * t, ids)));
  CHECK(same(g[t].dense(), tg::Array{{0, 0}, {4, 4}, {0, 0}, {2, 2}, {0, 0}}));
}

TEST_CASE("a gradient of the wrong shape is an error that names the operation and the input") {
  const tg::Parameter p(tg::full({2, 3}, 1));
  const auto give = [&](auto gradient) {
    tg::Tape tape;
    tape.backward(wrong(
        p, [=](const tg::Array&, const tg::Saved&, tg::Sink& sink) { sink.add(0, gradient); }));
  };
  CHECK_THROWS_AS(give(tg::zeros({3, 2})), tg::ShapeError);
  CHECK_THROWS_WITH(
      give(tg::zeros({3, 2})),
      "wrong: the gradient that backward gave to input 0 has shape [3, 2], [2, 3] is wanted");
  CHECK_THROWS_WITH(give(tg::RowGrad{{1}, tg::zeros({1, 2})}),
                    Contains("wrong: the gradient that backward gave to input 0 has row values"));
  CHECK_NOTHROW(give(tg::RowGrad{{1}, tg::zeros({1, 3})}));
}

TEST_CASE("a gradient handed over twice is an error that names the operation and the input") {
  const tg::Parameter p = number(1);
  tg::Tape tape;
  const tg::Tensor y = wrong(p, [](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) {
    sink.add(0, dy);
    sink.add(0, dy);
  });
  CHECK_THROWS_WITH(tape.backward(y), "wrong: backward handed over the gradient of input 0 twice");
}

TEST_CASE("a gradient that nobody wants may be handed over") {
  tg::Parameter frozen = number(1);
  const tg::Parameter p = number(1);
  frozen.set_frozen(true);
  tg::Tape tape;
  const tg::Tensor y = tg::record("gives", {frozen, p}, tg::Tensor(tg::full({}, 1)), {},
                                  [](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) {
                                    sink.add(0, dy);
                                    sink.add(1, dy);
                                  });
  CHECK(tape.backward(y).size() == 1);
}

TEST_CASE("backward that asks for an input there is not is an error with the operation") {
  const tg::Parameter p = number(1);
  tg::Tape tape;
  const tg::Tensor y =
      wrong(p, [](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) { sink.add(1, dy); });
  CHECK_THROWS_AS(tape.backward(y), std::out_of_range);
}

TEST_CASE("backward knows the shapes of the inputs that want a gradient") {
  const tg::Parameter p(tg::full({2, 3}, 1));
  tg::Tape tape;
  const tg::Tensor x = sum(p, 0);
  const tg::Tensor y =
      tg::record("shapes", {p, x, tg::Tensor(tg::zeros({9}))}, tg::Tensor(tg::full({}, 1)), {},
                 [](const tg::Array&, const tg::Saved&, tg::Sink& sink) {
                   CHECK(sink.shape(0) == tg::Shape{2, 3});
                   CHECK(sink.shape(1) == tg::Shape{3});
                   CHECK_THROWS_WITH(sink.shape(2), Contains("shapes: backward"));
                 });
  tape.backward(y);
}

TEST_CASE("parts of gradients add up with whole ones, for results and for parameters") {
  const tg::Parameter p(tg::Array{1, 2, 3});
  const tg::Array expected{3, 13, 3};  // 3 for each use as a whole, 10 for the middle one's part
  for (const bool result : {false, true}) {
    tg::Tape tape;
    const tg::Tensor x = result ? reshape(p, {3}) : tg::Tensor(p);
    const tg::Tensor middle = tg::slice(x, 0, 1, 2);
    const tg::Tensor loss = sum(x) + sum(middle * tg::Tensor(tg::full({}, 10))) + sum(x) + sum(x);
    CHECK(same(tape.backward(loss).dense(p), expected));
  }
}

TEST_CASE("gradients that are denormal are zero, and the thread's setting comes back") {
  const tg::Parameter p = number(1);
  const tg::Tensor small(tg::full({}, 1e-30F)), smaller(tg::full({}, 1e-10F));
  tg::Tape tape;
  const tg::Tensor y = p * small * smaller;
  CHECK(y.item() != 0);
  CHECK(tape.backward(y).dense(p)() == 0);
  CHECK((small * smaller).item() != 0);
}

TEST_CASE("an operation can ask whether it is recorded") {
  const tg::Parameter p = number(1);
  tg::Parameter frozen = number(1);
  frozen.set_frozen(true);
  const tg::Tensor constant(tg::full({}, 1));
  CHECK_FALSE(tg::recording(p));
  tg::Tape tape;
  CHECK(tg::recording(constant, p));
  CHECK_FALSE(tg::recording(constant, frozen, tg::Tensor()));
  const tg::Tensor y = p * p;
  CHECK(tg::recording(y));
  tape.backward(y);
  CHECK_FALSE(tg::recording(y, p));
}
