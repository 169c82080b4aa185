// Principal axes; the numbers of NumPy are those of pca_reference.py beside this file.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <same.hpp>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/report/pca.hpp>

using tapegrad::Array;
using tapegrad::coordinates;
using tapegrad::principal_axes;
using tapegrad::PrincipalAxes;

namespace {

const Array before{{1.0F, 2.0F, -3.0F, 0.5F},
                   {0.5F, 0.5F, 4.0F, 1.0F},
                   {-2.0F, 1.0F, 0.25F, 0.0F},
                   {3.0F, -1.0F, 1.5F, 2.0F}};
const Array after{{1.5F, 2.5F, -2.0F, 0.0F}, {0.0F, -0.5F, 5.0F, 1.0F}, {-3.0F, 1.0F, 0.5F, -1.0F}};

void check_near(const Array& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(static_cast<double>(got.data()[i]) == Approx(wanted[i]).margin(3e-6));
  }
}

Array random_rows(std::size_t rows, std::size_t width, std::uint64_t seed) {
  tapegrad::Rng rng(seed);
  Array x = tapegrad::zeros({rows, width});
  for (std::size_t i = 0; i < x.size(); ++i) {
    x.data()[i] =
        static_cast<tapegrad::Real>(rng.uniform(-1, 1) * (1.0 + static_cast<double>(i % width)));
  }
  return x;
}

}  // namespace

TEST_CASE("the axes, their shares and the coordinates of two arrays are those of NumPy") {
  const PrincipalAxes axes = principal_axes({&before, &after}, 2);
  check_near(axes.mean, {0.142857, 0.785714, 0.892857, 0.5});
  check_near(axes.axes, {0.005229, -0.340293, 0.927919, 0.152121,  //
                         0.92097, -0.119297, -0.107155, 0.355107});
  CHECK(axes.explained[0] == Approx(0.639755).margin(1e-6));
  CHECK(axes.explained[1] == Approx(0.324971).margin(1e-6));
  check_near(coordinates(axes, after),
             {-3.336658, 1.177808, 4.323927, -0.240731, -0.682074, -3.410604});
}

TEST_CASE("with all axes nothing is lost: distances stay, and the shares sum to one") {
  const Array x = random_rows(50, 7, 3);
  const PrincipalAxes axes = principal_axes({&x}, 7);
  double sum = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    sum += axes.explained[i];
    if (i > 0) CHECK(axes.explained[i] <= axes.explained[i - 1]);
  }
  CHECK(sum == Approx(1));
  const Array y = coordinates(axes, x);
  for (std::size_t i = 1; i < 50; ++i) {
    double was = 0, is = 0;
    for (std::size_t d = 0; d < 7; ++d) {
      was += std::pow(static_cast<double>(x(i, d) - x(0, d)), 2);
      is += std::pow(static_cast<double>(y(i, d) - y(0, d)), 2);
    }
    CHECK(is == Approx(was).epsilon(1e-5));
  }
}

TEST_CASE("the largest element of each axis is positive") {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const Array x = random_rows(20, 5, seed);
    const PrincipalAxes axes = principal_axes({&x}, 5);
    for (std::size_t i = 0; i < 5; ++i) {
      const auto* axis = axes.axes.data() + i * 5;
      CHECK(*std::max_element(axis, axis + 5) >= -*std::min_element(axis, axis + 5));
    }
  }
}

TEST_CASE("axes have the same bits on any number of threads") {
  const Array x = random_rows(3000, 60, 9);
  tapegrad::set_threads(1);
  const PrincipalAxes one = principal_axes({&x}, 2);
  tapegrad::set_threads(3);
  const PrincipalAxes three = principal_axes({&x}, 2);
  tapegrad::set_threads(0);
  CHECK(same_bits(one.axes, three.axes));
  CHECK(same_bits(coordinates(one, x), coordinates(three, x)));
}

TEST_CASE("rows that are all equal, and no rows at all, have nothing to explain") {
  const Array equal = tapegrad::full({4, 3}, 2);
  const PrincipalAxes axes = principal_axes({&equal}, 2);
  CHECK(axes.explained == std::vector<double>{0, 0});
  check_near(coordinates(axes, equal), std::vector<double>(8, 0.0));
  const Array none = tapegrad::zeros({0, 3});
  CHECK(principal_axes({&none}, 2).explained == std::vector<double>{0, 0});
  CHECK(coordinates(axes, none).shape() == tapegrad::Shape{0, 2});
}

TEST_CASE("large and small numbers have the axes of numbers near one") {
  const PrincipalAxes plain = principal_axes({&before, &after}, 2);
  for (const int power : {100, 66, -66, -100}) {
    const tapegrad::Real scale = std::ldexp(tapegrad::Real(1), power);
    const Array first = scale * before, second = scale * after;
    const PrincipalAxes axes = principal_axes({&first, &second}, 2);
    CHECK(same_bits(axes.axes, plain.axes));
    CHECK(axes.explained == plain.explained);
  }
}

TEST_CASE("numbers that are not finite have nothing to explain") {
  Array x = before;
  for (const double odd : {std::numeric_limits<double>::infinity(), std::nan("")}) {
    x(1, 2) = static_cast<tapegrad::Real>(odd);
    CHECK(principal_axes({&x}, 2).explained == std::vector<double>{0, 0});
  }
}

TEST_CASE("axes of arrays that do not fit each other are refused") {
  const Array narrow = tapegrad::zeros({2, 3});
  CHECK_THROWS_WITH((principal_axes({&before, &narrow}, 2)),
                    "principal_axes: an array has shape [2, 3], expected [N, 4]");
  CHECK_THROWS_WITH(principal_axes({&narrow}, 4), "principal_axes: k is 4, above the width 3");
}
