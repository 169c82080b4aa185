#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <draws.hpp>
#include <limits>
#include <same.hpp>
#include <simd_levels.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/quantized_table.hpp>
#include <tapegrad/core/tape.hpp>
#include <temporary.hpp>

using tg::Array;
using tg::Bags;
using tg::Index;
using tg::IndexArray;
using tg::QuantizedKind;
using tg::QuantizedTable;

namespace {

const QuantizedKind kinds[] = {QuantizedKind::float16, QuantizedKind::int8, QuantizedKind::int4};

// Numbers of many sizes, rows of zeros, of equal numbers and of numbers close to each other.
Array random_table(std::size_t rows, std::size_t width, tg::Rng& rng) {
  Array table = random_array({rows, width}, rng);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto size = static_cast<float>(std::pow(10.0, rng.uniform(-6, 4)));
    const auto shift = static_cast<float>(rng.uniform(-2, 2));
    const auto what = rng.below(8);
    for (std::size_t d = 0; d < width; ++d) {
      float& x = table(row, d);
      x = what == 0 ? 0 : what == 1 ? shift : size * (x + shift);
    }
  }
  return table;
}

Bags random_bags(std::size_t rows, tg::Rng& rng) {
  std::vector<Index> offsets;
  Index ids = 0;
  for (std::size_t bag = random_size(0, 9, rng); bag > 0; --bag) {
    offsets.push_back(ids);
    if (rows > 0) ids += static_cast<Index>(rng.below(30));
  }
  if (offsets.empty()) ids = 0;
  Bags bags{.ids = random_ids({static_cast<std::size_t>(ids)}, std::max<std::size_t>(1, rows), rng),
            .offsets = IndexArray::from_shape({offsets.size()})};
  std::copy(offsets.begin(), offsets.end(), bags.offsets.begin());
  return bags;
}

template <class Error, class F>
void check_error(const std::string& wanted, const F& call) {
  CHECK_THAT(error_of<Error>(call), Catch::Contains(wanted));
}

}  // namespace

TEST_CASE("no number moves by more than half its row's scale, and equal ones not at all") {
  for_each_draw(300, [](tg::Rng& rng) {
    const std::size_t rows = random_size(0, 6, rng), width = random_size(0, 40, rng);
    const Array table = random_table(rows, width, rng);
    for (const QuantizedKind kind : {QuantizedKind::int8, QuantizedKind::int4}) {
      const QuantizedTable quantized = quantize(table, kind);
      const Array back = dequantize(quantized);
      REQUIRE(back.shape() == table.shape());
      for (std::size_t row = 0; row < rows; ++row) {
        const auto scale = static_cast<double>(quantized.scale(row).scale);
        double largest = 0;
        for (std::size_t d = 0; d < width; ++d) {
          largest = std::max(largest, std::abs(static_cast<double>(table(row, d))));
        }
        // Scale, product and sum are rounded once each; the product may be twice the largest.
        const double rounding = 4 * largest * 0x1p-23;
        for (std::size_t d = 0; d < width; ++d) {
          const double moved =
              std::abs(static_cast<double>(back(row, d)) - static_cast<double>(table(row, d)));
          REQUIRE(moved <= scale / 2 + (scale == 0 ? 0 : rounding));
        }
      }
    }
  });
}

TEST_CASE("float16 moves a number by 2^-11 of itself or 2^-25") {
  for_each_draw(100, [](tg::Rng& rng) {
    const Array table = random_table(random_size(0, 6, rng), random_size(0, 40, rng), rng);
    const Array back = dequantize(quantize(table, QuantizedKind::float16));
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto x = static_cast<double>(table.data()[i]);
      REQUIRE(std::abs(static_cast<double>(back.data()[i]) - x) <=
              std::max(std::abs(x) * 0x1p-11, 0x1p-25));
    }
  });
}

TEST_CASE("lookups and bags over quantized rows have the bits of those over the numbers") {
  for_each_draw(200, [](tg::Rng& rng) {
    const std::size_t rows = random_size(0, 30, rng), width = random_size(0, 70, rng);
    const Array table = random_table(rows, width, rng);
    const Bags bags = random_bags(rows, rng);
    const Array weights = random_array(bags.ids.shape(), rng);
    const auto padding = rows > 0 && rng.below(2) == 0 ? std::optional<Index>(rng.below(rows))
                                                       : std::optional<Index>();
    for (const QuantizedKind kind : kinds) {
      const QuantizedTable quantized = quantize(table, kind);
      const tg::Tensor numbers(dequantize(quantized));
      REQUIRE(same(embedding(quantized, bags.ids).value(), embedding(numbers, bags.ids).value()));
      for (const auto mode : {tg::BagMode::sum, tg::BagMode::mean}) {
        const tg::EmbeddingBagOptions options{.mode = mode, .padding_idx = padding};
        REQUIRE(same_bits(embedding_bag(quantized, bags, options).value(),
                          embedding_bag(numbers, bags, options).value()));
      }
      const tg::EmbeddingBagOptions sums{.mode = tg::BagMode::sum, .padding_idx = padding};
      REQUIRE(same_bits(embedding_bag(quantized, bags, sums, tg::Tensor(weights)).value(),
                        embedding_bag(numbers, bags, sums, tg::Tensor(weights)).value()));
    }
  });
}

TEST_CASE("rows of every width have the same bits on every instruction set") {
  for (const std::size_t width : widths) {
    INFO("width " << width);
    tg::Rng rng(width + 1);
    const Array table = random_table(50, width, rng);
    const IndexArray ids = random_ids({8, 20}, 50, rng);
    const tg::Tensor weights(random_array({8, 20}, rng));
    for (const QuantizedKind kind : kinds) {
      const QuantizedTable quantized = quantize(table, kind);
      const Numbers result = same_on_every_level([&] {
        Numbers all;
        for (const Array& part :
             {dequantize(quantized), embedding(quantized, ids).value(),
              embedding_bag(quantized, {.ids = ids}, {.padding_idx = 7}).value(),
              embedding_bag(quantized, {.ids = ids}, {.mode = tg::BagMode::sum}, weights)
                  .value()}) {
          all.insert(all.end(), part.begin(), part.end());
        }
        return all;
      });
      // What a row of codes stands for, one number after the other.
      for (std::size_t row = 0; row < 50 && kind != QuantizedKind::float16; ++row) {
        const auto [scale, zero] = quantized.scale(row);
        for (std::size_t d = 0; d < width; ++d) {
          const unsigned q = kind == QuantizedKind::int8
                                 ? quantized.row(row)[d]
                                 : (quantized.row(row)[d / 2] >> (d % 2 * 4U)) & 15U;
          const float product = scale * static_cast<float>(q);
          REQUIRE(result[row * width + d] == product + zero);
        }
      }
    }
  }
}

TEST_CASE("every half is the number that it is on every instruction set") {
  // All finite halves, 63488 of them, in rows of 62.
  QuantizedTable table(QuantizedKind::float16, 1024, 62);
  std::vector<std::uint16_t> halves;
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    if ((bits & 0x7C00U) != 0x7C00U) halves.push_back(static_cast<std::uint16_t>(bits));
  }
  REQUIRE(halves.size() == table.size() / 2);
  std::memcpy(table.row(0), halves.data(), table.size());
  const Numbers numbers = same_on_every_level([&] {
    const Array all = dequantize(table);
    return Numbers(all.begin(), all.end());
  });
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const int exponent = (halves[i] >> 10U) & 31U, fraction = halves[i] & 1023U;
    const double size =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    REQUIRE(static_cast<double>(numbers[i]) == ((halves[i] & 0x8000U) == 0 ? size : -size));
  }
}

TEST_CASE("quantizing, lookups and bags have the same bits on any number of threads") {
  tg::Rng rng(4);
  const Array table = random_table(3000, 100, rng);
  const IndexArray ids = random_ids({400, 30}, 3000, rng);
  for (const QuantizedKind kind : kinds) {
    const auto run = [&](int threads) {
      tg::set_threads(threads);
      const QuantizedTable quantized = quantize(table, kind);
      return std::vector<Array>{dequantize(quantized), embedding(quantized, ids).value(),
                                embedding_bag(quantized, {.ids = ids}).value()};
    };
    const auto one = run(1);
    for (const int threads : {2, 5}) {
      const auto several = run(threads);
      for (std::size_t i = 0; i < one.size(); ++i) CHECK(same_bits(one[i], several[i]));
    }
    tg::set_threads(0);
  }
}

TEST_CASE("a row far from zero, and one of the smallest numbers, are quantized all the same") {
  for (const QuantizedKind kind : {QuantizedKind::int8, QuantizedKind::int4}) {
    // PyTorch adds 1e-8 to the range, so that such a row uses half of its codes.
    const Array small{{0.0F, 1e-8F, 0.5e-8F}};
    const Array back = dequantize(quantize(small, kind));
    CHECK(back(0, 1) == Approx(1e-8F).epsilon(1e-6));
    CHECK(std::abs(back(0, 2) - small(0, 2)) <= 1e-8F / 29);
    const Array smallest{{0.0F, 1e-45F}};
    CHECK(dequantize(quantize(smallest, kind))(0, 0) == 0);
    const Array large{{-1.7e38F, 1.7e38F, 0.0F}};
    const Array same_large = dequantize(quantize(large, kind));
    CHECK(same_large(0, 0) == -1.7e38F);
    CHECK(same_large(0, 1) == Approx(1.7e38F).epsilon(1e-6));
  }
}

TEST_CASE("numbers that cannot be quantized are an error that names the row") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  for (const QuantizedKind kind : kinds) {
    for (const float bad : {std::nanf(""), inf, -inf}) {
      Array table = tg::zeros({4, 3});
      table(2, 1) = bad;
      check_error<std::invalid_argument>("quantize: row 2 has ", [&] { quantize(table, kind); });
      check_error<std::invalid_argument>(" in column 1, finite numbers are wanted",
                                         [&] { quantize(table, kind); });
    }
    check_error<tg::ShapeError>("quantize: table has shape [3], [V, D] is wanted",
                                [&] { quantize(tg::zeros({3}), kind); });
  }
  check_error<std::invalid_argument>(
      "quantize: row 1 has -65520 in column 0, float16 goes up to 65504", [] {
        quantize(Array{{65519.0F, 1}, {-65520.0F, 1}}, QuantizedKind::float16);
      });
  check_error<std::invalid_argument>("quantize: row 0 reaches from -3e+38 to 3e+38, further than",
                                     [] {
                                       quantize(Array{{3e38F, -3e38F}}, QuantizedKind::int8);
                                     });
}

TEST_CASE("wrong lookups in quantized rows are the errors of those in numbers") {
  const QuantizedTable table = quantize(tg::zeros({5, 2}), QuantizedKind::int8);
  const Bags square{.ids = {{0, 1, 1}, {4, 3, 0}}};
  check_error<tg::IndexError>("embedding: id 7 at position 1 ([1]) is out of range [0, 5)", [&] {
    embedding(table, {0, 7});
  });
  check_error<tg::IndexError>("embedding_bag: id -1 at position 0 ([0, 0]) is out of range [0, 5)",
                              [&] {
                                embedding_bag(table, {.ids = {{-1, 0}}});
                              });
  check_error<tg::IndexError>("embedding_bag: padding_idx 5 is out of range [-5, 5)",
                              [&] { embedding_bag(table, square, {.padding_idx = 5}); });
  check_error<tg::IndexError>("embedding_bag: offsets[0] is 1, must be 0", [&] {
    embedding_bag(table, {.ids = {0, 1}, .offsets = {1}});
  });
  check_error<std::invalid_argument>(
      "embedding_bag: quantized rows have BagMode::sum and mean only",
      [&] { embedding_bag(table, square, {.mode = tg::BagMode::max}); });
  check_error<std::invalid_argument>("embedding_bag: weights are for BagMode::sum only", [&] {
    embedding_bag(table, square, {}, tg::Tensor(tg::zeros({2, 3})));
  });
  check_error<tg::ShapeError>("embedding_bag: weights has shape [3], [2, 3], as the ids have", [&] {
    embedding_bag(table, square, {.mode = tg::BagMode::sum}, tg::Tensor(tg::zeros({3})));
  });
  check_error<std::logic_error>("embedding_bag: over quantized rows the weights have no gradient",
                                [&] {
                                  const tg::Parameter weights(tg::zeros({2, 3}));
                                  const tg::Tape tape;
                                  embedding_bag(table, square, {.mode = tg::BagMode::sum}, weights);
                                });
}

TEST_CASE("rows of another table may stand behind a table's own, if they are of its kind") {
  tg::Rng rng(3);
  for (const QuantizedKind kind : kinds) {
    const Array own = random_array({3, 5}, rng), more = random_array({2, 5}, rng);
    QuantizedTable table = quantize(own, kind);
    table.append(quantize(more, kind));
    REQUIRE(table.rows() == 5);
    const Array all = dequantize(table);
    const Array first = dequantize(quantize(own, kind)), last = dequantize(quantize(more, kind));
    CHECK(std::equal(first.begin(), first.end(), all.begin()));
    CHECK(std::equal(last.begin(), last.end(), all.begin() + 15));
  }
  QuantizedTable table(QuantizedKind::int8, 2, 5);
  check_error<std::invalid_argument>(
      "QuantizedTable::append: int4 rows of width 5 behind int8 rows of width 5",
      [&] { table.append(QuantizedTable(QuantizedKind::int4, 1, 5)); });
  CHECK_THROWS_AS(table.append(QuantizedTable(QuantizedKind::int8, 1, 4)), std::invalid_argument);
}

TEST_CASE("quantized kinds have names") {
  for (const QuantizedKind kind : kinds) CHECK(tg::quantized_kind(to_string(kind)) == kind);
  check_error<std::invalid_argument>("quantized: \"int2\" is not one of float16, int8, int4",
                                     [] { tg::quantized_kind("int2"); });
  CHECK(tg::code_bytes(QuantizedKind::int4, 7) == 4);
}
