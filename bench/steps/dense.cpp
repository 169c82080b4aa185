// Steps without tables: mlp, its products alone, and adam5M.

#include <memory>
#include <tapegrad/core/kernels/matmul.hpp>
#include <tapegrad/layers/activations.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/layers/sequential.hpp>
#include <tapegrad/optim/adam.hpp>

#include "data.hpp"

namespace bench {
namespace {

constexpr std::size_t items = 256;
constexpr std::size_t in = 784;
constexpr std::size_t hidden = 1024;
constexpr std::size_t classes = 10;

// Forward and the weights' gradients take 2 B in out each; all but the first layer hand on a
// gradient too.
constexpr double mlp_flops =
    2.0 * items * (2 * in * hidden + 3 * hidden * hidden + 3 * hidden * classes);

struct Batch {
  tg::Tensor x;
  tg::IndexArray labels;
};

std::vector<Batch> random_batches() {
  tg::Rng rng(1);
  std::vector<Batch> all;
  for (std::size_t i = 0; i < batches; ++i) {
    all.push_back({tg::Tensor(random_array({items, in})), tg::IndexArray(tg::Shape{items})});
    for (tg::Index& label : all.back().labels) label = static_cast<tg::Index>(rng.below(classes));
  }
  return all;
}

Step mlp_step(const Options&) {
  tg::Rng rng(1);
  const tg::Sequential model{tg::Linear(in, hidden, rng), tg::ReLU(),
                             tg::Linear(hidden, hidden, rng), tg::ReLU(),
                             tg::Linear(hidden, classes, rng)};
  auto adam = std::make_shared<tg::Adam>(model);
  const auto data = std::make_shared<std::vector<Batch>>(random_batches());
  return {.run =
              [=, cycle = Cycle(batches)]() mutable {
                const Batch& batch = (*data)[cycle.next()];
                tg::Tape tape;
                const tg::Tensor logits = model(batch.x, tg::Context{.training = true});
                adam->step(tape.backward(tg::cross_entropy(logits, batch.labels)));
              },
          .flops = mlp_flops};
}

// One layer's products, on numbers of no meaning: y = x W^T, dW = dy^T x, dx = dy W.
struct Products {
  std::size_t from, to;
  bool hand_on;
  tg::Array x = random_array({items, from}), w = random_array({to, from});
  tg::Array y = random_array({items, to}), dw = tg::Array(tg::Shape{to, from});
  tg::Array dx = tg::Array(tg::Shape{items, from});

  void run() {
    tg::matmul(items, to, from, {x.data(), from}, {w.data(), from, true}, y.data(), to);
    tg::matmul(to, from, items, {y.data(), to, true}, {x.data(), from}, dw.data(), from);
    if (hand_on) tg::matmul(items, from, to, {y.data(), to}, {w.data(), from}, dx.data(), from);
  }
};

Step mlp_products(const Options&) {
  return {.run =
              [layers = std::vector<Products>{{in, hidden, false},
                                              {hidden, hidden, true},
                                              {hidden, classes, true}}]() mutable {
                for (Products& layer : layers) layer.run();
              },
          .flops = mlp_flops};
}

// Adam reads the gradient, and reads and writes the parameter and its two moments.
Step adam_step(const Options& options) {
  const std::size_t n = options.number("n", 5'000'000);
  const tg::Parameter p(random_array({n}));
  auto adam = std::make_shared<tg::Adam>(std::vector<tg::NamedParameter>{{"p", p}});
  auto gradients = std::make_shared<tg::Gradients>();
  gradients->add(p, tg::Gradient(random_array({n})));
  return {.run = [=] { adam->step(*gradients); },
          .bytes = 7.0 * static_cast<double>(n * sizeof(tg::Real))};
}

}  // namespace

void add_dense_steps(Registry& registry) {
  registry["mlp"] = mlp_step;
  registry["mlp_products"] = mlp_products;
  registry["adam5M"] = adam_step;
}

}  // namespace bench
