// Checkpoints: the same bits with less memory, and an error for each way to misuse them.
#include <catch2/catch.hpp>
#include <same.hpp>
#include <tapegrad/core/checkpoint.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/recycle.hpp>
#include <thread>

namespace tg = tapegrad;
using Catch::Matchers::Contains;

namespace {

tg::Array random(const tg::Shape& shape, std::uint64_t seed) {
  tg::Array a(shape);
  tg::Rng rng(seed);
  for (tg::Real& x : a) x = static_cast<tg::Real>(rng.uniform(-1, 1));
  return a;
}

tg::Context training() {
  tg::Context context;
  context.training = true;
  context.seed = 7;
  return context;
}

// Attention-like: its input is used three times, its weights more than once, and it drops out.
struct Block {
  tg::Parameter weight{random({16, 16}, 1)};
  tg::Parameter bias{random({16}, 2)};

  tg::Tensor operator()(const tg::Tensor& x, const tg::Context& context) const {
    const tg::Tensor q = linear(x, weight, bias), k = linear(x, weight);
    const tg::Tensor scores = softmax(matmul(q, transpose(k)));
    return dropout(matmul(scores, tg::tanh(x)) + q * bias, 0.3, context);
  }
};

struct Results {
  tg::Array loss;
  std::vector<tg::Array> gradients;
  std::uint64_t calls;
};

// Three uses of one block between a table and a loss, with a way around each block.
Results train(bool checkpoints, bool nested = false) {
  const Block block;
  const tg::Parameter table(random({9, 16}, 3));
  const tg::IndexArray ids{{0, 3, 3, 8}, {1, 1, 2, 0}};
  const tg::Context context = training();
  const auto two = [&](const tg::Tensor& x, const tg::Context& c) {
    const tg::Tensor y = nested ? checkpoint(block, x, c) : block(x, c);
    return block(y, c) + y;
  };
  tg::Tape tape;
  tg::Tensor x = embedding(table, ids);
  for (int i = 0; i < 3; ++i) {
    x = x + (checkpoints ? checkpoint(two, x, context) : two(x, context));
  }
  const tg::Tensor loss = mean(dropout(x, 0.5, context) * x);
  const tg::Gradients g = tape.backward(loss);
  return {
      loss.value(), {g.dense(table), g.dense(block.weight), g.dense(block.bias)}, context.calls};
}

void check_same(const Results& a, const Results& b) {
  CHECK(same(a.loss, b.loss));
  CHECK(a.calls == b.calls);
  for (std::size_t i = 0; i < a.gradients.size(); ++i) CHECK(same(a.gradients[i], b.gradients[i]));
}

}  // namespace

TEST_CASE("gradients have the same bits with checkpoints as without, masks of dropout included") {
  const Results plain = train(false);
  check_same(train(true), plain);
  CHECK(plain.calls == 7);
}

TEST_CASE("checkpoints inside checkpoints give the same bits too") {
  check_same(train(true, true), train(false));
}

TEST_CASE("a checkpoint without a tape, or of nothing trainable, is just the call") {
  int calls = 0;
  const auto twice = [&](const tg::Tensor& x) {
    ++calls;
    return x + x;
  };
  const tg::Parameter p(tg::full({}, 3));
  CHECK(checkpoint(twice, p).item() == 6);
  tg::Tape tape;
  CHECK(checkpoint(twice, tg::Tensor(tg::full({}, 4))).tape() == 0);
  CHECK(tape.size() == 0);
  CHECK(calls == 2);
  const tg::Tensor y = checkpoint([](const tg::Tensor& x) { return x; }, p);
  CHECK(y.leaf() == p.leaf());
  CHECK(tape.backward(checkpoint(twice, y)).dense(p)() == 2);
  CHECK(calls == 4);
}

TEST_CASE("a checkpoint that backward does not pass is not called again") {
  int calls = 0;
  const tg::Parameter p(tg::full({}, 3));
  tg::Tape tape;
  const tg::Tensor unused = checkpoint(
      [&](const tg::Tensor& x) {
        ++calls;
        return x * x;
      },
      p);
  CHECK(tape.backward(p * p).dense(p)() == 6);
  CHECK(calls == 1);
}

TEST_CASE("what a checkpoint's function refers to gets gradients, arguments or not") {
  const tg::Parameter p(tg::full({}, 3)), q(tg::full({}, 5));
  tg::Tape tape;
  const tg::Tensor outside = p * p;
  const tg::Tensor y = checkpoint([&](const tg::Tensor& x) { return x * outside * q; }, q);
  const tg::Gradients g = tape.backward(y * outside);
  CHECK(g.dense(p)() == 4 * 27 * 25);
  CHECK(g.dense(q)() == 2 * 5 * 81);
}

TEST_CASE("checkpoints take memory for one segment instead of all") {
  const std::size_t layers = 16, n = std::size_t{1} << 18U;
  const tg::Parameter p(random({n}, 4));
  // Of each layer, tanh and mul save three arrays.
  const auto layer = [](const tg::Tensor& x) { return tg::tanh(tg::tanh(x) * x); };
  const auto peak = [&](bool checkpoints) {
    tg::release_cached_memory();
    const std::size_t before = tg::memory_use().live;
    tg::Tape tape;
    tg::Tensor x = p;
    for (std::size_t i = 0; i < layers; ++i) x = checkpoints ? checkpoint(layer, x) : layer(x);
    tape.backward(sum(x));
    return (tg::memory_use().peak - before) / (n * sizeof(tg::Real));
  };
  const std::size_t plain = peak(false), less = peak(true);
  CHECK(plain >= 2 * layers);
  CHECK(less <= layers + 8);
}

TEST_CASE("a parameter changed between forward and the checkpoint's backward is an error") {
  for (const bool frozen : {false, true}) {
    tg::Parameter p(tg::full({2}, 3));
    const tg::Parameter q(tg::full({2}, 4));
    p.set_frozen(frozen);
    tg::Tape tape;
    const tg::Tensor y = sum(checkpoint([&](const tg::Tensor& x) { return x * p; }, q));
    p.mutate().fill(4);
    CHECK_THROWS_WITH(tape.backward(y),
                      "checkpoint: a parameter of shape [2] that backward needs "
                      "was changed since forward");
  }
}

TEST_CASE("a second call that gives another result than the first is an error") {
  const tg::Parameter p(random({50}, 5));
  const tg::Context context = training();
  tg::Tape tape;
  const tg::Tensor y = checkpoint([&](const tg::Tensor& x) { return dropout(x, 0.5, context); }, p);
  CHECK_THROWS_AS(tape.backward(sum(y)), std::logic_error);
  tg::Tape another;
  const tg::Tensor z = checkpoint([&](const tg::Tensor& x) { return dropout(x, 0.5, context); }, p);
  CHECK_THROWS_WITH(another.backward(sum(z)),
                    Contains("checkpoint: the call in backward gave another result"));
}

TEST_CASE("a tensor that leaks out of a checkpoint is an error that names its operation") {
  const tg::Parameter p(tg::full({}, 3));
  tg::Tensor leak;
  tg::Tape tape;
  const tg::Tensor y = checkpoint(
      [&](const tg::Tensor& x) {
        leak = tg::exp(x);
        return leak * x;
      },
      p);
  CHECK_THROWS_WITH(tape.backward(y + leak),
                    Contains("exp: its result was computed inside a checkpoint and used outside"));
}

TEST_CASE("an error in the second call leaves the thread without a recording tape") {
  const tg::Parameter p(tg::full({}, 3));
  bool first = true;
  const tg::Tape outer;
  {
    tg::Tape tape;
    const tg::Tensor y = checkpoint(
        [&](const tg::Tensor& x) {
          if (!std::exchange(first, false)) throw std::runtime_error("no more");
          return x * x;
        },
        p);
    CHECK_THROWS_WITH(tape.backward(y), "no more");
    CHECK(tg::Tape::current() == &tape);
    CHECK((p * p).tape() == 0);
  }
  CHECK(tg::Tape::current() == &outer);
  CHECK((p * p).tape() != 0);
}

TEST_CASE("a parameter frozen after the forward of a checkpoint gets no gradient") {
  tg::Parameter p(tg::full({}, 3));
  const tg::Parameter q(tg::full({}, 5));
  tg::Tape tape;
  const tg::Tensor y = checkpoint([](const tg::Tensor& x) { return x * x; }, p);
  const tg::Tensor loss = y + q;
  p.set_frozen(true);
  const tg::Gradients g = tape.backward(loss);
  CHECK_FALSE(g.contains(p));
  CHECK(g.dense(q)() == 1);
}

TEST_CASE("the second call computes with denormal numbers as the first did") {
  const tg::Parameter p(tg::full({}, tg::Real(1)));
  const tg::Tensor small(tg::full({}, tg::Real(1e-30F))), smaller(tg::full({}, tg::Real(1e-10F)));
  const tg::Tensor large(tg::full({}, tg::Real(1e38F)));
  tg::Tape tape;
  const tg::Tensor y =
      checkpoint([&](const tg::Tensor& x) { return x * (small * smaller) * large; }, p);
  CHECK(y.item() != 0);
  CHECK_NOTHROW(tape.backward(y));
}

TEST_CASE("a checkpoint may be passed backward while another tape records") {
  const tg::Parameter p(tg::full({}, 3));
  tg::Tape outer;
  const tg::Tensor y = checkpoint([](const tg::Tensor& x) { return x * x * x; }, p);
  tg::Tape inner;
  const tg::Tensor z = p * p;
  CHECK(outer.backward(y).dense(p)() == 27);
  CHECK(tg::Tape::current() == &inner);
  CHECK(inner.size() == 1);
  CHECK(inner.backward(z).dense(p)() == 6);
}

TEST_CASE("threads take checkpoints at the same time") {
  const Results wanted = train(false);
  std::vector<Results> got(4);
  std::vector<std::thread> threads;
  for (Results& one : got) threads.emplace_back([&one] { one = train(true, true); });
  for (std::thread& thread : threads) thread.join();
  for (const Results& one : got) check_same(one, wanted);
}

TEST_CASE("no gradient goes through stop_gradient, and the value is the same") {
  tg::Parameter p(tg::full({}, 3));
  tg::Tape tape;
  const tg::Tensor square = p * p;
  const tg::Tensor constant = stop_gradient(square), copy = stop_gradient(p);
  CHECK(&constant.value() == &square.value());
  CHECK(constant.tape() == 0);
  CHECK(copy.leaf() == nullptr);
  CHECK(tape.backward(constant * p + copy * square).dense(p)() == 9 + 3 * 6);
  p.mutate().fill(4);
  CHECK(copy.item() == 3);
}
