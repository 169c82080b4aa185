#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/safetensors.hpp>

#include <temporary.hpp>

using tapegrad::Array;
using tapegrad::FormatError;
using tapegrad::NamedArray;
using tapegrad::read_safetensors;
using tapegrad::Shape;
using namespace std::string_literals;

namespace {

// A file by https://github.com/huggingface/safetensors, "Format": the header's length in 8 bytes,
// the lowest first, the header, the data.
std::string file_of(const std::string& header, const std::string& data) {
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xFFU);
  return bytes + header + data;
}

const std::string one = "\x00\x00\x80\x3f"s;        // 1.0F
const std::string minus_two = "\x00\x00\x00\xc0"s;  // -2.0F

std::vector<NamedArray> read(const std::string& bytes) {
  const TemporaryDirectory directory;
  return read_safetensors(directory.file("m.safetensors", bytes));
}

std::string read_error(const std::string& bytes) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("m.safetensors", bytes);
  return error_of<FormatError>([&] { read_safetensors(path); }).substr(path.size());
}

std::string header_error(const std::string& header, const std::string& data = {}) {
  return read_error(file_of(header, data));
}

}  // namespace

TEST_CASE("a safetensors file has the bytes that its specification says") {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a.b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("c":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}})";
  // Spaces up to a multiple of 8 put the data on an 8-byte boundary.
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  const Array c = tapegrad::full({1, 1}, 1);
  CHECK(tapegrad::to_safetensors({{"a.b", Array{1.0F, -2.0F}}, {"c", c}}) ==
        file_of(header + padding, one + minus_two + one));
}

TEST_CASE("arrays read from a safetensors file are those that were written") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  Array odd = {0.1F, -0.0F, 1e-45F, inf};
  odd.reshape({2, 2});
  const std::vector<NamedArray> written = {{"odd", odd},
                                           {"scalar", tapegrad::full({}, 3)},
                                           {"empty", tapegrad::zeros({0, 7})},
                                           {"names: \"quoted\", ü", tapegrad::full({1, 2, 1}, -1)}};
  const auto arrays = read(tapegrad::to_safetensors(written));
  REQUIRE(arrays.size() == written.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    CHECK(arrays[i].name == written[i].name);
    CHECK(same(arrays[i].array, written[i].array));
  }
}

TEST_CASE("a file of no arrays can be written and read") {
  CHECK(read(tapegrad::to_safetensors({})).empty());
  CHECK(read(file_of("{}", "")).empty());
}

TEST_CASE("arrays come in the order of their data, whatever the order of the header") {
  const auto arrays = read(file_of(R"({"late":{"shape":[],"data_offsets":[4,8],"dtype":"F32"},)"
                                   R"("early":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                   one + minus_two));
  REQUIRE(arrays.size() == 2);
  CHECK(arrays[0].name == "early");
  CHECK(same(arrays[0].array, Array{1.0F}));
  CHECK(arrays[1].name == "late");
  CHECK(arrays[1].array() == -2);
}

TEST_CASE("a file that is cut, or none of this format, is an error that says so") {
  CHECK(read_error("") == ": expected a safetensors file, found 0 bytes");
  CHECK(read_error("1234567") == ": expected a safetensors file, found 7 bytes");
  CHECK(read_error("\x03\0\0\0\0\0\0\0{}"s) ==
        ": the header is said to have 3 bytes, the file has 10");
  CHECK(read_error("\0\0\0\0\0\0\0\xff{}"s) ==
        ": the header is said to have 18374686479671623680 bytes, the file has 10");
  CHECK_THAT(header_error("{"), Catch::StartsWith(": the header is no valid JSON: "));
  CHECK_THAT(header_error(""), Catch::StartsWith(": the header is no valid JSON: "));
  CHECK(header_error("[]") == ": the header is no JSON object");
}

TEST_CASE("a tensor of another type than float32 is an error that names both") {
  CHECK(header_error(R"({"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})", "ab") ==
        ": tensor w has type BF16, expected F32");
}

TEST_CASE("a tensor without type, shape or place is an error that names the tensor") {
  using Catch::StartsWith;
  CHECK_THAT(header_error(R"({"w":{"shape":[1],"data_offsets":[0,4]}})", one),
             StartsWith(": tensor w: ") && Catch::Contains("dtype"));
  CHECK_THAT(header_error(R"({"w":{"dtype":"F32","data_offsets":[0,4]}})", one),
             StartsWith(": tensor w: ") && Catch::Contains("shape"));
  CHECK_THAT(header_error(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", one),
             StartsWith(": tensor w: "));
  CHECK_THAT(header_error(R"({"w":5})", one), StartsWith(": tensor w: "));
}

TEST_CASE("a shape or a place that is no list of sizes is an error that names the tensor") {
  for (const char* shape : {"1", "[-1]", "[0,-1]", "[1.5]", "[\"1\"]", "{\"x\":1}", "null"}) {
    INFO(shape);
    CHECK_THAT(
        header_error(
            fmt::format(R"({{"w":{{"dtype":"F32","shape":{},"data_offsets":[0,4]}}}})", shape),
            one),
        Catch::StartsWith(": tensor w: ") && Catch::Contains("shape"));
  }
  for (const char* place : {"[0,4,8]", "[0,4.0]", "[-4,0]", "4", "{}"}) {
    INFO(place);
    CHECK_THAT(
        header_error(
            fmt::format(R"({{"w":{{"dtype":"F32","shape":[1],"data_offsets":{}}}}})", place), one),
        Catch::StartsWith(": tensor w: ") && Catch::Contains("data_offsets"));
  }
}

TEST_CASE("tensors must fill the data without gap or overlap") {
  const auto entry = [](const char* name, const char* shape, const char* place) {
    return fmt::format(R"("{}":{{"dtype":"F32","shape":{},"data_offsets":{}}})", name, shape,
                       place);
  };
  const auto one_error = [](const std::string& only, const std::string& data) {
    return header_error(fmt::format("{{{}}}", only), data);
  };
  const auto two_error = [&](const std::string& second, const std::string& data) {
    return header_error(fmt::format("{{{},{}}}", entry("a", "[1]", "[0,4]"), second), data);
  };
  CHECK(two_error(entry("b", "[1]", "[8,12]"), one + one + one) ==
        ": tensor b stands at bytes 8 to 12, expected 4 to at most 12");
  CHECK(two_error(entry("b", "[1]", "[2,6]"), one + "ab") ==
        ": tensor b stands at bytes 2 to 6, expected 4 to at most 6");
  CHECK(two_error(entry("b", "[2]", "[4,12]"), one + one) ==
        ": tensor b stands at bytes 4 to 12, expected 4 to at most 8");
  CHECK(one_error(entry("a", "[1]", "[0,4]"), one + one) == ": the tensors end at byte 4 of 8");
  CHECK(one_error(entry("a", "[2]", "[0,4]"), one) == ": tensor a of shape [2] has 4 bytes");
  CHECK(one_error(entry("a", "[4611686018427387904,4]", "[0,0]"), "") ==
        ": tensor a of shape [4611686018427387904, 4] has 0 bytes");
}

TEST_CASE("a name that comes twice is an error, as the specification says") {
  CHECK(header_error(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                     R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                     one) == ": the header names \"w\" twice");
}

TEST_CASE("a missing file is an error that names it") {
  CHECK_THROWS_AS(read_safetensors("/nowhere/m.safetensors"), std::system_error);
  CHECK_THROWS_WITH(read_safetensors("/nowhere/m.safetensors"),
                    Catch::Contains("/nowhere/m.safetensors"));
}
