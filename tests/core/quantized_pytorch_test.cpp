// Quantized tables against PyTorch: the numbers are those of tests/core/quantized_reference.py.
#include <catch2/catch.hpp>
#include <same.hpp>
#include <tapegrad/core/quantized_table.hpp>
#include <vector>

namespace tg = tapegrad;
using tg::Array;
using tg::Bags;
using tg::IndexArray;
using tg::QuantizedKind;
using tg::QuantizedTable;
using Bytes = std::vector<int>;

namespace {

// The table of the reference: sixteenths, a row of zeros, a row of equal numbers.
Array sixteenths() {
  Array table = tg::zeros({6, 6});
  for (int r = 0; r < 6; ++r) {
    for (int d = 0; d < 6; ++d) {
      table(r, d) = static_cast<float>((37 * r * r + 23 * d * (r + 1)) % 61) / 16 - 2;
      if (r < 2) table(r, d) = r == 0 ? 0.0F : 1.5F;
    }
  }
  return table;
}

Bytes row_of(const QuantizedTable& table, std::size_t row) {
  return {table.row(row), table.row(row) + table.row_bytes()};
}

std::vector<float> flat(const Array& a) {
  return {a.begin(), a.end()};
}

}  // namespace

TEST_CASE("rows of 8 bits have the bytes that PyTorch packs") {
  const QuantizedTable table = quantize(sixteenths(), QuantizedKind::int8);
  const std::vector<Bytes> wanted = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                     {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 63},
                                     {101, 140, 178, 217, 255, 0, 213, 212, 84, 60, 0, 0, 216, 191},
                                     {119, 251, 123, 255, 128, 0, 241, 240, 112, 60, 0, 0, 0, 192},
                                     {255, 204, 153, 102, 51, 0, 141, 140, 12, 60, 0, 0, 192, 191},
                                     {0, 85, 170, 255, 16, 101, 193, 192, 64, 60, 0, 0, 176, 191}};
  for (std::size_t row = 0; row < 6; ++row) CHECK(row_of(table, row) == wanted[row]);
  CHECK(table.size() == 6 * 14);
  const Array numbers = dequantize(table);
  const std::vector<float> row{-0.375490189F, 0.131127477F, 0.624754906F,
                               1.131372690F,  1.625000000F, -1.687500000F};
  for (std::size_t d = 0; d < 6; ++d) CHECK(numbers(2, d) == Approx(row[d]).epsilon(1e-7));
}

TEST_CASE("bags over rows of 8 bits are PyTorch's") {
  const QuantizedTable table = quantize(sixteenths(), QuantizedKind::int8);
  const Bags bags{.ids = {2, 5, 1, 0, 3, 4, 4}, .offsets = {0, 4, 4}};
  const std::vector<float> sums{-0.250490189F,
                                1.256127477F,
                                2.749754906F,
                                4.256372452F,
                                1.938235283F,
                                -0.374264717F,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                1.125000238F,
                                2.191176653F,
                                -0.566176355F,
                                0.500000060F,
                                -2.242647171F,
                                -5};
  const std::vector<float> weighted{4.187254906F,
                                    3.440563679F,
                                    2.687377453F,
                                    1.940686226F,
                                    4.999264717F,
                                    2.343014717F,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0.453125089F,
                                    0.610294223F,
                                    -0.188419014F,
                                    -0.031249937F,
                                    -0.826286793F,
                                    -1.625F};
  const tg::Tensor weights(Array{0.5F, -1, 2, 1, 0.25F, 1.5F, -0.75F});
  const Array y = embedding_bag(table, bags, {.mode = tg::BagMode::sum}).value();
  const Array w = embedding_bag(table, bags, {.mode = tg::BagMode::sum}, weights).value();
  const Array mean = embedding_bag(table, bags).value();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    CHECK(y.data()[i] == Approx(sums[i]).margin(1e-6));
    CHECK(w.data()[i] == Approx(weighted[i]).margin(1e-6));
    CHECK(mean.data()[i] == Approx(sums[i] / (i < 6 ? 4.0F : 3.0F)).margin(1e-6));
  }
}

TEST_CASE("rows of 4 bits have PyTorch's codes where its scales, which are halves, are exact") {
  const Array numbers{{-1.0F, 0.875F, -0.4375F, 0.3125F, 0.0F, -0.9375F},
                      {0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F},
                      {-2.0F, 1.75F, 1.5F, 0.125F, -0.625F, -1.875F}};
  const QuantizedTable table = quantize(numbers, QuantizedKind::int4);
  const std::vector<Bytes> codes = {{240, 164, 8}, {0, 0, 0}, {240, 142, 6}};
  const Array wanted{{-1.0F, 0.875F, -0.5F, 0.25F, 0.0F, -1.0F},
                     {0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F},
                     {-2.0F, 1.75F, 1.5F, 0.0F, -0.5F, -2.0F}};
  for (std::size_t row = 0; row < 3; ++row) {
    const Bytes bytes = row_of(table, row);
    CHECK(Bytes(bytes.begin(), bytes.begin() + 3) == codes[row]);
    CHECK(bytes.size() == 3 + 8);
  }
  CHECK(table.scale(0).scale == 0.125F);
  CHECK(table.scale(0).zero == -1);
  CHECK(table.scale(2).scale == 0.25F);
  CHECK(same(dequantize(table), wanted));
  const Array sums{{-5, 4.375F, 2.5F, 0.25F, -1, -5}, {0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F}};
  const Bags bags{.ids = {0, 2, 2, 1}, .offsets = {0, 3}};
  CHECK(same(embedding_bag(table, bags, {.mode = tg::BagMode::sum}).value(), sums));
}

TEST_CASE("float16 rounds to the nearest half, or even, as PyTorch does") {
  const Array numbers{
      {0.1F, -2.7182817F, 65519.0F, 5e-5F, 6e-8F, 1 + 0x1p-11F, 1 + 0x3p-11F, -0.0F}};
  const QuantizedTable table = quantize(numbers, QuantizedKind::float16);
  CHECK(table.row_bytes() == 16);
  CHECK(flat(dequantize(table)) == std::vector<float>{0x1.998p-4F, -2.71875F, 65504, 0x1.a38p-15F,
                                                      0x1p-24F, 1, 1 + 0x1p-9F, 0});
}
