#include <tapegrad/core/kernels/matmul.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// The products of a batch: product i multiplies matrix a[i] of one operand, an [M, K], with matrix
// b[i] of the other, a [K, N], to matrix c[i] of the result.
struct Plan {
  std::size_t m, k, n;
  std::vector<std::size_t> a, b, c;
};

Shape leading(const Shape& shape) {
  return Shape(shape.begin(), shape.end() - 2);
}

// Which matrix of an operand each product takes, when its leading dimensions broadcast to `batch`.
std::vector<std::size_t> matrices(const Shape& operand, const Shape& batch) {
  std::vector<std::size_t> which(count(batch));
  for (std::size_t i = 0; i < which.size(); ++i) {
    std::size_t rest = i;
    std::size_t stride = 1;
    for (std::size_t back = 1; back <= operand.size(); ++back) {
      const std::size_t size = operand[operand.size() - back];
      const std::size_t batch_size = batch[batch.size() - back];
      if (size != 1) which[i] += rest % batch_size * stride;
      stride *= size;
      rest /= batch_size;
    }
  }
  return which;
}

Shape result_shape(const Shape& a, const Shape& b) {
  check_shape(a.size() >= 2, "matmul", "a", a, "[..., M, K]");
  check_shape(b.size() >= 2, "matmul", "b", b, "[..., K, N]");
  check_shape(b[b.size() - 2] == a.back(), "matmul", "b", b,
              fmt::format("[..., {}, N] (a is {})", a.back(), to_string(a)));
  Shape shape = broadcast_shape("matmul", leading(a), leading(b));
  shape.push_back(a[a.size() - 2]);
  shape.push_back(b.back());
  return shape;
}

Plan make_plan(const Shape& a, const Shape& b, const Shape& result) {
  const Shape batch = leading(result);
  const std::size_t products = count(batch);
  Plan plan{a[a.size() - 2], a.back(), b.back(), {0}, {0}, {0}};
  if (count(leading(b)) == 1 && count(leading(a)) == products) {
    plan.m *= products;  // one b for all: the batch is one tall matrix
    return plan;
  }
  plan.a = matrices(leading(a), batch);
  plan.b = matrices(leading(b), batch);
  plan.c.resize(products);
  std::iota(plan.c.begin(), plan.c.end(), 0U);
  return plan;
}

// One operand of a batch of products: matrices of rows x columns, each read as its transpose if so.
struct Operand {
  const Array& values;
  const std::vector<std::size_t>& which;
  std::size_t rows, columns;
  bool transposed = false;

  MatrixView matrix(std::size_t product) const {
    return {values.data() + which[product] * rows * columns, columns, transposed};
  }
};

// The products of a and b, put or, where a matrix of the result belongs to several, summed into
// an array of this shape.
Array multiply(const Operand& a, const Operand& b, const std::vector<std::size_t>& which,
               const Shape& shape) {
  const std::size_t m = a.transposed ? a.columns : a.rows;
  const std::size_t k = a.transposed ? a.rows : a.columns;
  const std::size_t n = b.transposed ? b.rows : b.columns;
  const bool sums = which.size() * m * n != count(shape);
  Array c = sums ? zeros(shape) : Array(shape);
  const auto product = [&](std::size_t i) {
    matmul(m, n, k, a.matrix(i), b.matrix(i), c.data() + which[i] * m * n, n, sums);
  };
  // The bits do not depend on which of the two loops is the parallel one.
  if (sums || which.size() < static_cast<std::size_t>(threads())) {
    for (std::size_t i = 0; i < which.size(); ++i) product(i);
  } else {
    parallel_ranges(which.size(), m * n * k, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) product(i);
    });
  }
  return c;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {  // [..., M, K], [..., K, N] -> [..., M, N]
  const ProfileSpan span("matmul");
  const Shape shape = result_shape(a.shape(), b.shape());
  Plan plan = make_plan(a.shape(), b.shape(), shape);
  Array y = multiply({a.value(), plan.a, plan.m, plan.k}, {b.value(), plan.b, plan.k, plan.n},
                     plan.c, shape);
  return record("matmul", {a, b}, Tensor(std::move(y)), saved(a, b),
                [p = std::move(plan)](const Array& dy, const Saved& s, Sink& sink) {
                  const Operand upstream{dy, p.c, p.m, p.n};
                  if (sink.wants(0)) {  // dA = dY B^T
                    const Operand b_transposed{s[1], p.b, p.k, p.n, true};
                    sink.add(0, multiply(upstream, b_transposed, p.a, s[0].shape()));
                  }
                  if (sink.wants(1)) {  // dB = A^T dY
                    const Operand a_transposed{s[0], p.a, p.m, p.k, true};
                    sink.add(1, multiply(a_transposed, upstream, p.b, s[1].shape()));
                  }
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return matmul(x[0], x[1]); };
const auto of = [](const Shape& a, const Shape& b) {
  return std::vector<Array>{distinct(a), distinct(b, 1)};
};
const auto reject = [](const Shape& a, const Shape& b) {
  return [=] { matmul(Tensor(zeros(a)), Tensor(zeros(b))); };
};
const bool samples = add_samples(
    "matmul",
    {{"matrices", of({2, 3}, {3, 4}), call},
     {"a row by a column", of({1, 3}, {3, 1}), call},
     {"a column by a row", of({3, 1}, {1, 2}), call},
     {"size 1", of({1, 1}, {1, 1}), call},
     {"a batch", of({5, 2, 3}, {5, 3, 4}), call},
     {"two batch dimensions", of({2, 3, 2, 3}, {2, 3, 3, 1}), call},
     {"a batch by one matrix", of({4, 2, 3}, {3, 2}), call},
     {"one matrix by a batch", of({2, 3}, {4, 3, 2}), call},
     {"a batch of one by a batch", of({1, 2, 3}, {4, 3, 2}), call},
     {"both broadcast", of({2, 1, 2, 3}, {3, 3, 2}), call},
     {"no inner dimension", of({2, 0}, {0, 3}), call},
     {"no rows", of({0, 2}, {2, 3}), call},
     {"no columns", of({3, 2, 2}, {3, 2, 0}), call},
     {"no batch", of({0, 2, 3}, {3, 2}), call},
     {"no batch, broadcast", of({1, 2, 3}, {0, 3, 2}), call},
     {"an input used twice", {distinct({3, 3})}, [](const auto& x) { return matmul(x[0], x[0]); }},
     {"by its own transpose",
      {distinct({2, 3, 2})},
      [](const auto& x) { return matmul(x[0], transpose(x[0])); }}},
    {{"matmul: b has shape [4, 2], [..., 3, N] (a is [2, 3]) is wanted", reject({2, 3}, {4, 2})},
     {"matmul: a has shape [3], [..., M, K] is wanted", reject({3}, {3, 2})},
     {"matmul: b has shape [3], [..., K, N] is wanted", reject({2, 3}, {3})},
     {"matmul: shapes [2] and [5] do not broadcast", reject({2, 2, 3}, {5, 3, 2})}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
