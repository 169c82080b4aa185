// Linear against Embedding. A lookup is a product with one-hot rows that skips the multiplications
// by 0, and a bag is a product with a sparse row: what follows is each such pair, with the same
// outputs and the same gradients.
#include <catch2/catch.hpp>
#include <draws.hpp>
#include <same.hpp>
#include <tapegrad/tapegrad.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xview.hpp>

namespace tg = tapegrad;
using tg::Array;
using tg::Index;
using tg::IndexArray;
using tg::Tensor;

namespace {

struct Result {
  Array value;
  Array gradient;  // of the weight, under an upstream gradient that is not the same everywhere
};

template <class F>
Result result_of(const tg::Parameter& weight, const F& forward) {
  tg::Tape tape;
  const Tensor y = forward();
  return {y.value(), tape.backward(tg::sum(y * y)).dense(weight)};
}

Array transposed(const Array& a) {
  return xt::transpose(a);
}

// A row of V numbers for each id: 1 at the id, 0 elsewhere.
Array one_hot(const IndexArray& ids, std::size_t rows) {
  Array x = tg::zeros({ids.size(), rows});
  for (std::size_t i = 0; i < ids.size(); ++i) x(i, static_cast<std::size_t>(ids(i))) = 1;
  return x;
}

// The rows of a matrix as scipy.sparse.csr_matrix keeps them.
struct Csr {
  IndexArray indptr;   // where each row begins, and where the last one ends
  IndexArray indices;  // the columns that are not 0
  Array data;          // their values
};

Csr csr_of(const Array& matrix) {
  std::vector<Index> indptr{0}, indices;
  std::vector<tg::Real> data;
  for (std::size_t i = 0; i < matrix.shape()[0]; ++i) {
    for (std::size_t j = 0; j < matrix.shape()[1]; ++j) {
      if (matrix(i, j) == 0) continue;
      indices.push_back(static_cast<Index>(j));
      data.push_back(matrix(i, j));
    }
    indptr.push_back(static_cast<Index>(indices.size()));
  }
  return {xt::adapt(indptr), xt::adapt(indices), xt::adapt(data)};
}

tg::Bags bags_of(const Csr& csr) {
  return {.ids = csr.indices, .offsets = csr.indptr, .include_last_offset = true};
}

// The matrix of the notebook: three samples of four features.
const Array train = {{1, 0, 1, 0}, {0, 0, 1, 1}, {1, 1, 1, 0}};

}  // namespace

TEST_CASE("an embedding is a linear layer of one-hot rows whose weight is its table, transposed") {
  tg::Rng rng(2);
  const tg::Embedding embed(5, 3, rng);
  const tg::Linear linear{tg::Parameter(transposed(embed.weight.value()))};  // [out, in] = [3, 5]
  const IndexArray ids = {4, 0, 0, 2};

  const Result looked_up = result_of(embed.weight, [&] { return embed(ids); });
  const Result multiplied =
      result_of(linear.weight, [&] { return linear(Tensor(one_hot(ids, 5))); });
  CHECK(same(looked_up.value, multiplied.value));
  CHECK(same(looked_up.gradient, transposed(multiplied.gradient)));
}

TEST_CASE("one-hot rows times a table are lookups, and a gradient of the table is one of rows") {
  tg::Rng rng(3);
  const tg::Parameter table(random_array({6, 4}, rng));
  const IndexArray ids = {5, 1, 1, 3};
  const Result looked_up = result_of(table, [&] { return tg::embedding(table, ids); });
  const Result multiplied =
      result_of(table, [&] { return tg::matmul(Tensor(one_hot(ids, 6)), table); });
  CHECK(same(looked_up.value, multiplied.value));
  CHECK(same(looked_up.gradient, multiplied.gradient));

  tg::Tape tape;  // a gradient for the rows 1, 3 and 5 alone, not for the whole table
  const tg::Gradients gradients = tape.backward(tg::sum(tg::embedding(table, ids)));
  CHECK(gradients[table].rows().rows == std::vector<Index>{1, 3, 5});
}

TEST_CASE("the columns of a sparse row that are not 0 look up the rows that a linear layer adds") {
  tg::Rng rng(4);
  const tg::Linear linear(4, 3, rng, {.bias = false});
  const auto embed = tg::Embedding::from_pretrained(transposed(linear.weight.value()));
  const Csr csr = csr_of(train);
  CHECK((csr.indptr == IndexArray{0, 2, 4, 7}));
  CHECK((csr.indices == IndexArray{0, 2, 2, 3, 0, 1, 2}));
  const IndexArray first = xt::view(csr.indices, xt::range(0, 2));
  const Array sum = tg::sum(embed(first), 0).value();
  const Array product = linear(Tensor(train)).value();
  for (std::size_t d = 0; d < 3; ++d) CHECK(sum(d) == Approx(product(0, d)));
}

TEST_CASE("the rows of a CSR matrix times a weight are weighted sums of bags") {
  tg::Rng rng(5);
  const Array matrix = {{0.5, 0, -2, 0}, {0, 0, 0, 0}, {0, 3, 1, 0.25}, {0, 0, 0, -1}};
  const Csr csr = csr_of(matrix);
  const tg::EmbeddingBag bag(4, 3, rng, {.mode = tg::BagMode::sum});
  const tg::Linear linear{tg::Parameter(transposed(bag.weight.value()))};
  const tg::Parameter data(csr.data), dense(matrix);

  const Result by_bag = result_of(bag.weight, [&] { return bag(bags_of(csr), data); });
  const Result by_linear = result_of(linear.weight, [&] { return linear(dense); });
  CHECK(xt::allclose(by_bag.value, by_linear.value));
  CHECK(xt::allclose(by_bag.gradient, transposed(by_linear.gradient)));

  // The gradient of `data` is that of the matrix where it is not 0.
  const Array of_data = result_of(data, [&] { return bag(bags_of(csr), data); }).gradient;
  const Array of_matrix = result_of(dense, [&] { return linear(dense); }).gradient;
  for (std::size_t row = 0; row < 4; ++row) {
    for (Index i = csr.indptr(row); i < csr.indptr(row + 1); ++i) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(of_data(at) == Approx(of_matrix(row, static_cast<std::size_t>(csr.indices(at)))));
    }
  }
}

TEST_CASE("multi-hot rows through a linear layer are bags: their sum, or with a mean their mean") {
  tg::Rng rng(6);
  const tg::Bags bags = bags_of(csr_of(train));
  const tg::EmbeddingBag sum(4, 3, rng, {.mode = tg::BagMode::sum});
  const tg::EmbeddingBag mean(sum.weight, {.mode = tg::BagMode::mean});
  const tg::Linear linear{tg::Parameter(transposed(sum.weight.value()))};
  const Array shares = {{0.5, 0, 0.5, 0}, {0, 0, 0.5, 0.5}, {1 / 3.0F, 1 / 3.0F, 1 / 3.0F, 0}};
  for (const auto& [bag, rows] : {std::pair(sum, train), std::pair(mean, shares)}) {
    const tg::EmbeddingBag& layer = bag;
    const Tensor input(rows);
    const Result by_bag = result_of(layer.weight, [&] { return layer(bags); });
    const Result by_linear = result_of(linear.weight, [&] { return linear(input); });
    CHECK(xt::allclose(by_bag.value, by_linear.value));
    CHECK(xt::allclose(by_bag.gradient, transposed(by_linear.gradient)));
  }
}

TEST_CASE("any sparse matrix times any weight is a bag") {
  for_each_draw(200, [](tg::Rng& rng) {
    const std::size_t items = random_size(0, 6, rng), in = random_size(1, 8, rng);
    Array matrix = random_array({items, in}, rng);
    for (tg::Real& x : matrix) x = rng.below(3) == 0 ? x : 0;
    const tg::Parameter table(random_array({in, random_size(1, 6, rng)}, rng));
    const Csr csr = csr_of(matrix);
    const Result by_bag = result_of(table, [&] {
      return tg::embedding_bag(table, bags_of(csr), {tg::BagMode::sum}, Tensor(csr.data));
    });
    const Result by_product = result_of(table, [&] { return tg::matmul(Tensor(matrix), table); });
    REQUIRE(xt::allclose(by_bag.value, by_product.value, 1e-5, 1e-6));
    REQUIRE(xt::allclose(by_bag.gradient, by_product.gradient, 1e-5, 1e-6));
  });
}
