#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/vector_changes.hpp>

#include <draws.hpp>
#include <temporary.hpp>

using tapegrad::Array;
using tapegrad::compare_vectors;
using tapegrad::Index;
using tapegrad::Real;
using tapegrad::Shape;

TEST_CASE("vectors that stayed have moved nowhere and kept all neighbours") {
  const Array x = random_array({50, 6}, 1);
  for (const auto& change : compare_vectors(x, x, 7)) {
    CHECK(change.shared == 7);
    CHECK(change.distance == 0.0);
    CHECK(*change.cosine == Approx(1));
  }
}

TEST_CASE("turning a whole space keeps all neighbours, though every vector moves") {
  const Array x = random_array({50, 6}, 2);
  Array turned(Shape{50, 6});
  for (std::size_t i = 0; i < 50; ++i) {
    for (std::size_t d = 0; d < 6; ++d)
      turned(i, d) = d % 2 == 0 ? -x(i, (d + 1) % 6) : x(i, (d + 1) % 6);
  }
  for (const auto& change : compare_vectors(x, turned, 7)) {
    CHECK(change.shared == 7);
    CHECK(*change.distance > 0);
  }
}

TEST_CASE("a word that leaves its neighbours is told from those that stay") {
  // Two groups of three; the last of the first group goes over to the second.
  const Array before = {{1, 0}, {9, 1}, {9, 2}, {0, 1}, {1, 9}, {2, 9}};
  Array after = before;
  after(2, 0) = 2;
  after(2, 1) = 10;
  const auto changes = compare_vectors(before, after, 2);
  CHECK(changes[2].shared == 0);
  CHECK(changes[0].shared == 1);
  CHECK(*changes[2].distance == Approx(std::hypot(7, 8)));
  CHECK(*changes[2].cosine == Approx(38 / std::sqrt(85.0 * 104)));
  CHECK(*changes[0].distance == 0);
}

TEST_CASE("what is shared is what two searches have in common, however many words and neighbours") {
  // More words than are taken at once.
  for (const auto& [rows, k] : {std::pair{5000, 3}, std::pair{700, 690}, std::pair{700, 5000}}) {
    const auto n = static_cast<std::size_t>(rows);
    const Array before = random_array({n, 3}, 3), after = random_array({n, 4}, 4);
    const auto changes = compare_vectors(before, after, k);
    REQUIRE(changes.size() == n);
    const tapegrad::NeighbourSearch first(before), second(after);
    for (const Index word : {Index{0}, Index{300}, Index{rows - 1}}) {
      const auto old_list = first.nearest_to_rows({word}, k),
                 new_list = second.nearest_to_rows({word}, k);
      std::set<Index> both;
      for (const auto& each : old_list[0]) both.insert(each.row);
      Index shared = 0;
      for (const auto& each : new_list[0]) shared += static_cast<Index>(both.count(each.row));
      CHECK(changes[static_cast<std::size_t>(word)].shared == shared);
    }
  }
}

TEST_CASE("spaces of different widths are compared by neighbours alone") {
  Array one_number = tapegrad::full({3, 1}, 1);
  one_number(2, 0) = -1;
  const auto changes = compare_vectors(Array{{1, 0}, {1, 1}, {0, 1}}, one_number, 1);
  CHECK_FALSE(changes[0].distance);
  CHECK_FALSE(changes[0].cosine);
  CHECK(changes[0].shared == 1);
  CHECK(changes[2].shared == 0);
}

TEST_CASE("a zero vector has cosine 0 before and after") {
  const auto changes = compare_vectors(Array{{0, 0}, {1, 1}}, Array{{1, 1}, {1, 1}}, 1);
  CHECK(*changes[0].cosine == 0);
  CHECK(*changes[0].distance == Approx(std::sqrt(2)));
}

TEST_CASE("rows that do not belong together are refused") {
  using tapegrad::ShapeError;
  CHECK(error_of<ShapeError>([] {
          compare_vectors(Array{1, 2}, Array{{1, 2}}, 1);
        }) == "compare_vectors: before has shape [2], [N, D] is wanted");
  CHECK(error_of<ShapeError>([] {
          compare_vectors(Array{{1, 2}}, Array{{1, 2}, {3, 4}}, 1);
        }) == "compare_vectors: after has shape [2, 2], [1, E] is wanted");
}
