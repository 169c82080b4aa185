#include <fmt/format.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <same.hpp>

#include "safetensors_bytes.hpp"

using namespace safetensors;
using tapegrad::Array;
using tapegrad::DType;
using tapegrad::raw_tensor;
using tapegrad::Shape;
using tapegrad::write_safetensors;

TEST_CASE("a safetensors file has the bytes that its specification says") {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a.b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("c":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}})";
  // Spaces up to a multiple of 8 put the data on an 8-byte boundary.
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  const Array b{1.0F, -2.0F};
  const Array c = tapegrad::full({1, 1}, 1);
  CHECK(written({raw_tensor("a.b", b), raw_tensor("c", c)}, {{"format", "pt"}}) ==
        file_of(header + padding, one + minus_two + one));
  CHECK(written({}) == file_of("{}      ", ""));
}

TEST_CASE("tensors read from a safetensors file are those that were written") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  Array odd = {0.1F, -0.0F, 1e-45F, inf};
  odd.reshape({2, 2});
  const Array scalar = tapegrad::full({}, 3), empty = tapegrad::zeros({0, 7}),
              deep = tapegrad::full({1, 2, 1}, -1);
  const std::vector<RawTensor> tensors = {raw_tensor("odd", odd), raw_tensor("scalar", scalar),
                                          raw_tensor("empty", empty),
                                          raw_tensor("names: \"quoted\", ü", deep)};
  const Opened opened(written(tensors, {{"k", "v\n"}, {"", "ü"}}));
  REQUIRE(opened.file.tensors().size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CHECK(opened.file.tensors()[i].name == tensors[i].name);
    CHECK(opened.file.find(tensors[i].name) == &opened.file.tensors()[i]);
  }
  CHECK(same(opened.file.array(opened.file.tensors()[0]), odd));
  CHECK(same(opened.file.array(opened.file.tensors()[1]), scalar));
  CHECK(same(opened.file.array(opened.file.tensors()[2]), empty));
  CHECK(same(opened.file.array(opened.file.tensors()[3]), deep));
  CHECK(opened.file.find("od") == nullptr);
  CHECK(opened.file.metadata() == tapegrad::Metadata{{"k", "v\n"}, {"", "ü"}});
}

TEST_CASE("a large tensor is read whole, of every type of floats") {
  Array numbers(Shape{3, 20'001});
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers.data()[i] = static_cast<float>(i % 2049);  // what F16 can hold
  }
  const std::vector<double> doubles(numbers.begin(), numbers.end());
  const Opened opened(
      written({raw_tensor("f32", numbers), {"f64", DType::f64, {3, 20'001}, doubles.data()}}));
  CHECK(opened.file.tensors()[0].name == "f64");
  CHECK(same(opened.file.array(*opened.file.find("f32")), numbers));
  CHECK(same(opened.file.array(*opened.file.find("f64")), numbers));
}

TEST_CASE("every type has its name and size, and its numbers come as they stand") {
  using Sizes = std::vector<std::pair<std::string, std::size_t>>;
  const Sizes types = {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8},
                       {"I32", 4}, {"I16", 2}, {"I8", 1},  {"U64", 8},  {"U32", 4},
                       {"U16", 2}, {"U8", 1},  {"BOOL", 1}};
  for (const auto& [name, size] : types) {
    INFO(name);
    const std::string data = "0123456789abcdef0123456789ABCDEF"s.substr(0, 3 * size);
    const Opened opened(
        file_of(fmt::format(R"({{"w":{{"dtype":"{}","shape":[3,1],"data_offsets":[0,{}]}}}})", name,
                            data.size()),
                data));
    const RawTensor& tensor = *opened.file.find("w");
    CHECK(to_string(tensor.dtype) == name);
    CHECK(size_of(tensor.dtype) == size);
    CHECK(bytes_of(tensor) == data.size());
    std::string copied(data.size(), ' ');
    opened.file.copy(tensor, copied.data());
    CHECK(copied == data);
    CHECK(std::memcmp(tensor.data, data.data(), data.size()) == 0);
  }
}

TEST_CASE("floats of every type become the numbers that they are, wherever they lie") {
  // 1, -2, 0.5 and 1 in hexadecimal by IEEE 754; the byte before makes them lie on odd bytes.
  const std::string header = R"({"b":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},)"
                             R"("h":{"dtype":"F16","shape":[2],"data_offsets":[1,5]},)"
                             R"("f":{"dtype":"F32","shape":[1],"data_offsets":[5,9]},)"
                             R"("d":{"dtype":"F64","shape":[1],"data_offsets":[9,17]},)"
                             R"("bf":{"dtype":"BF16","shape":[2],"data_offsets":[17,21]}})";
  const Opened opened(file_of(header,
                              "\x01"
                              "\x00\x3c\x00\xc0"
                              "\x00\x00\x00\x3f"
                              "\x00\x00\x00\x00\x00\x00\xf0\x3f"
                              "\x80\x3f\x00\xc0"s));
  CHECK(same(opened.file.array(*opened.file.find("h")), Array{1.0F, -2.0F}));
  CHECK(same(opened.file.array(*opened.file.find("f")), Array{0.5F}));
  CHECK(same(opened.file.array(*opened.file.find("d")), Array{1.0F}));
  CHECK(same(opened.file.array(*opened.file.find("bf")), Array{1.0F, -2.0F}));
  CHECK_THROWS_WITH(opened.file.array(*opened.file.find("b")),
                    Catch::EndsWith("tensor \"b\" has type BOOL, expected F64, F32, F16 or BF16"));
}

TEST_CASE("tensors of large numbers are written first, so that all are aligned") {
  const std::array<std::uint8_t, 3> bytes = {1, 2, 3};
  const std::array<std::int64_t, 1> wide = {-1};
  const std::array<std::int16_t, 1> narrow = {5};
  const Opened opened(written({{"bytes", DType::u8, {3}, bytes.data()},
                               {"narrow", DType::i16, {1}, narrow.data()},
                               {"wide", DType::i64, {1}, wide.data()}}));
  std::string names;
  for (const RawTensor& tensor : opened.file.tensors()) {
    names += tensor.name + " ";
    CHECK(reinterpret_cast<std::uintptr_t>(tensor.data) % size_of(tensor.dtype) == 0);
  }
  CHECK(names == "wide narrow bytes ");
}

TEST_CASE("tensors come in the order of their data, whatever the order of the header") {
  const Opened opened(file_of(R"({"late":{"shape":[],"data_offsets":[4,8],"dtype":"F32"},)"
                              R"("early":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                              R"("none":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}})"
                              "  \n",
                              one + minus_two));
  REQUIRE(opened.file.tensors().size() == 3);
  CHECK(opened.file.tensors()[0].name == "none");
  CHECK(opened.file.tensors()[1].name == "early");
  CHECK(same(opened.file.array(opened.file.tensors()[1]), Array{1.0F}));
  CHECK(opened.file.array(opened.file.tensors()[2])() == -2);
}

TEST_CASE("a file that is replaced or moved while it is open stays as it was") {
  const Array numbers{1.0F, 2.0F};
  Opened opened(written({raw_tensor("w", numbers)}));
  write_safetensors(opened.file.path(), {});
  const SafetensorsFile moved = std::move(opened.file);
  CHECK(same(moved.array(*moved.find("w")), numbers));
}
