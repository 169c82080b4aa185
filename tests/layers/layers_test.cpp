#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;

namespace {

// The values are of U(-bound, bound); there must be some hundred.
void check_uniform(const tg::Parameter& p, tg::Real bound) {
  const tg::Array& x = p.value();
  const auto [least, largest] = std::minmax_element(x.data(), x.data() + x.size());
  CHECK(*largest <= bound);
  CHECK(*largest > 0.99F * bound);
  CHECK(*least >= -bound);
  CHECK(*least < -0.99F * bound);
}

}  // namespace

TEST_CASE("Linear draws weight and bias from U(-1/sqrt(in), 1/sqrt(in))") {
  tg::Rng rng(3);
  const tg::Linear layer(100, 500, rng);
  CHECK(layer.weight.shape() == tg::Shape{500, 100});
  CHECK(layer.bias.shape() == tg::Shape{500});
  for (const tg::Parameter& p : {layer.weight, layer.bias}) check_uniform(p, 0.1F);
}

TEST_CASE("Linear without inputs has a bias of zero, and without bias none") {
  tg::Rng rng(3);
  const tg::Linear empty(0, 2, rng);
  CHECK((empty.bias.value() == tg::zeros({2})));
  CHECK((empty(tg::Tensor(tg::zeros({3, 0}))).value() == tg::zeros({3, 2})));
  CHECK_FALSE(tg::Linear(2, 2, rng, {.bias = false}).bias.defined());
}

TEST_CASE("Conv1d draws weight and bias from U(-1/sqrt(in k), 1/sqrt(in k))") {
  tg::Rng rng(3);
  const tg::Conv1d layer(20, 500, 5, rng);
  CHECK(layer.weight.shape() == tg::Shape{500, 20, 5});
  CHECK(layer.bias.shape() == tg::Shape{500});
  CHECK(layer.kernel_size() == 5);
  for (const tg::Parameter& p : {layer.weight, layer.bias}) check_uniform(p, 0.1F);
  CHECK_FALSE(tg::Conv1d(2, 2, 1, rng, {.bias = false}).bias.defined());
  CHECK_THROWS_WITH(tg::Conv1d(2, 2, 0, rng), "Conv1d: kernel_size is 0, must be 1 or more");
}

TEST_CASE("Dropout refuses a probability outside [0, 1]") {
  CHECK_THROWS_WITH(tg::Dropout(1.5), "Dropout: p is 1.5, must be in [0, 1]");
  CHECK_THROWS_AS(tg::Dropout(-0.1), std::invalid_argument);
  CHECK_THROWS_AS(tg::Dropout(std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
  CHECK_NOTHROW(tg::Dropout(0));
  CHECK_NOTHROW(tg::Dropout(1));
}

TEST_CASE("Sequential runs its layers in order and gives the context to those that take one") {
  tg::Rng rng(4);
  const tg::Linear first(3, 4, rng), last(4, 2, rng);
  const tg::Sequential net{first, tg::ReLU(), tg::Dropout(1.0), last};
  const tg::Tensor x(tg::Array({{1, -2, 3}, {-4, 5, 6}}));
  tg::Context context;
  CHECK((net(x, context).value() == last(tg::relu(first(x))).value()));
  context.training = true;
  CHECK((net(x, context).value() == last(tg::Tensor(tg::zeros({2, 4}))).value()));
}

TEST_CASE("Sequential nests, and may begin with a table") {
  tg::Rng rng(4);
  const tg::EmbeddingBag bag(5, 3, rng);
  const tg::Sequential inner{tg::Tanh(), tg::Linear(3, 2, rng)};
  const tg::Sequential net{bag, inner};
  const tg::Bags bags{.ids = {1, 2, 3}, .offsets = {0, 1}};
  const tg::Context context;
  CHECK((net(bags, context).value() == inner(bag(bags), context).value()));
  std::vector<std::string> names;
  for (const auto& named : tg::parameters(net)) names.push_back(named.name);
  CHECK(names == std::vector<std::string>{"0.weight", "1.1.weight", "1.1.bias"});
}
