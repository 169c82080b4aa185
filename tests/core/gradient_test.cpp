#include <catch2/catch.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/gradient.hpp>

namespace tg = tapegrad;

TEST_CASE("a row gradient that does not fit its table is refused") {
  const tg::Parameter table(tg::zeros({4, 3}));
  tg::Gradients gradients;
  const auto add = [&](std::vector<tg::Index> rows, const tg::Shape& shape) {
    gradients.add(table, tg::Gradient(tg::RowGrad{std::move(rows), tg::zeros(shape)}));
  };
  CHECK_THROWS_WITH(
      add({1}, {1, 2}),
      "Gradients::add: the gradient has row values of shape [1, 2], [1, 3] is wanted");
  CHECK_THROWS_AS(add({1, 2}, {1, 3}), tg::ShapeError);
  CHECK_THROWS_WITH(
      add({1, 4}, {2, 3}),
      "Gradients::add: the gradient has row 4 after row 1, strictly increasing rows in "
      "[0, 4) are wanted");
  CHECK_THROWS_AS(add({1, 1}, {2, 3}), tg::IndexError);
  CHECK_THROWS_AS(add({-1}, {1, 3}), tg::IndexError);
  CHECK_FALSE(gradients.contains(table));

  CHECK_NOTHROW(add({}, {0, 3}));
  CHECK(gradients[table].is_rows());
}

TEST_CASE("the numbers of a gradient can be changed where they are, dense or rows") {
  const tg::Parameter table(tg::zeros({4, 1})), weight(tg::zeros({2})), other(tg::zeros({1}));
  tg::Gradients gradients;
  gradients.add(table, tg::Gradient(tg::RowGrad{{1, 3}, tg::full({2, 1}, 5)}));
  gradients.add(weight, tg::Gradient(tg::full({2}, 6)));
  for (const tg::Parameter& p : {table, weight}) *gradients.find(p)->values()->data() += 1;
  CHECK(gradients.dense(table)(1, 0) == 6);
  CHECK(gradients.dense(table)(3, 0) == 5);
  CHECK(gradients.dense(weight)(0) == 7);
  CHECK(gradients.find(other) == nullptr);
  CHECK(tg::Gradient().values() == nullptr);
}
