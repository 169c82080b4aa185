#include <fmt/format.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <limits>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/safetensors.hpp>

#include <sys/stat.h>
#include <temporary.hpp>

using tapegrad::Array;
using tapegrad::DType;
using tapegrad::FormatError;
using tapegrad::raw_tensor;
using tapegrad::RawTensor;
using tapegrad::SafetensorsFile;
using tapegrad::Shape;
using tapegrad::write_safetensors;
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

struct Opened {
  TemporaryDirectory directory;
  SafetensorsFile file;
  explicit Opened(const std::string& bytes) : file(directory.file("m.safetensors", bytes)) {}
};

std::string read_error(const std::string& bytes) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("m.safetensors", bytes);
  return error_of<FormatError>([&] { SafetensorsFile{path}; }).substr(path.size());
}

std::string header_error(const std::string& header, const std::string& data = {}) {
  return read_error(file_of(header, data));
}

// The one entry of a file of one float, some parts of which are wrong.
std::string entry_error(const std::string& entry, const std::string& data = one) {
  return header_error(R"({"w":)" + entry + "}", data);
}

std::string written(const std::vector<RawTensor>& tensors,
                    const tapegrad::Metadata& metadata = {}) {
  const TemporaryDirectory directory;
  write_safetensors(directory / "m", tensors, metadata);
  return tapegrad::read_file(directory / "m");
}

}  // namespace

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
                    Catch::EndsWith("tensor b has type BOOL, expected F64, F32, F16 or BF16"));
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

TEST_CASE("a file that is cut, or none of this format, is an error that says so") {
  CHECK(read_error("") == ": expected a safetensors file, found 0 bytes");
  CHECK(read_error("1234567") == ": expected a safetensors file, found 7 bytes");
  CHECK(read_error("\x03\0\0\0\0\0\0\0{}"s) ==
        ": the header is said to have 3 bytes, the file has 10");
  CHECK(read_error("\0\0\0\0\0\0\0\xff{}"s) ==
        ": the header is said to have 18374686479671623680 bytes, the file has 10");
  CHECK(header_error("{") == ": the header is no valid JSON at its byte 2");
  CHECK(header_error("{}{}") == ": the header is no valid JSON at its byte 3");
  for (const char* header : {"", "[]", " {}", "\xef\xbb\xbf{}", "5"}) {
    CHECK(header_error(header) == ": the header is no JSON object");
  }
  CHECK(header_error("{}\0[["s) == ": the header has a NUL at byte 2");
}

TEST_CASE("a header longer than the format allows is refused") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("m", "\x01\xe1\xf5\x05\0\0\0\0{}"s);  // 100,000,001
  std::filesystem::resize_file(path, 200'000'000);                              // a hole
  CHECK_THROWS_WITH(SafetensorsFile{path}, Catch::EndsWith("the header is said to have 100000001 "
                                                           "bytes, the file has 200000000"));
}

TEST_CASE("what is no text, no type and no list of sizes is an error that names the tensor") {
  CHECK(entry_error(R"({"dtype":"F31","shape":[1],"data_offsets":[0,4]})") ==
        R"(: tensor "w" has the unknown dtype "F31")");
  CHECK(entry_error(R"({"dtype":5,"shape":[1],"data_offsets":[0,4]})") ==
        R"(: tensor "w" has the unknown dtype 5)");
  for (const std::string shape : {"1", "[-1]", "[0,-1]", "[1.5]", "[\"1\"]", "{\"x\":1}", "null",
                                  "[[1]]", "[-0]", "[18446744073709551616]", "[true]"}) {
    INFO(shape);
    CHECK_THAT(entry_error(R"({"dtype":"F32","data_offsets":[0,4],"shape":)" + shape + "}"),
               Catch::StartsWith(R"(: tensor "w" has )") &&
                   Catch::EndsWith("for its shape, expected a list of sizes"));
  }
  for (const std::string place : {"[0,4,8]", "[0,4.0]", "[-4,0]", "4", "{}", "[0]", "[]"}) {
    INFO(place);
    CHECK_THAT(entry_error(R"({"dtype":"F32","shape":[1],"data_offsets":)" + place + "}"),
               Catch::StartsWith(R"(: tensor "w" has )") &&
                   Catch::EndsWith("for data_offsets, expected a list of two sizes"));
  }
}

TEST_CASE("an entry has its three parts, each once, and no other") {
  CHECK(entry_error(R"({"shape":[1],"data_offsets":[0,4]})") == R"(: tensor "w" has no dtype)");
  CHECK(entry_error(R"({"dtype":"F32","data_offsets":[0,4]})") == R"(: tensor "w" has no shape)");
  CHECK(entry_error(R"({"dtype":"F32","shape":[1]})") == R"(: tensor "w" has no data_offsets)");
  CHECK(entry_error(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})") ==
        R"(: tensor "w" has "dtype" twice)");
  CHECK(entry_error(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1})") ==
        R"(: tensor "w" has "more", expected dtype, shape and data_offsets)");
  CHECK(entry_error("5") == R"(: tensor "w" is 5, expected an object)");
  CHECK(entry_error("[[]]") == R"(: tensor "w" is a list, expected an object)");
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
        R"(: tensor "b" stands at bytes 8 to 12, expected 4 to at most 12)");
  CHECK(two_error(entry("b", "[1]", "[2,6]"), one + "ab") ==
        R"(: tensor "b" stands at bytes 2 to 6, expected 4 to at most 6)");
  CHECK(two_error(entry("b", "[2]", "[4,12]"), one + one) ==
        R"(: tensor "b" stands at bytes 4 to 12, expected 4 to at most 8)");
  CHECK(two_error(entry("b", "[1]", "[4,0]"), one) ==
        R"(: tensor "b" stands at bytes 4 to 0, expected 4 to at most 4)");
  CHECK(one_error(entry("a", "[1]", "[0,4]"), one + one) == ": the tensors end at byte 4 of 8");
  CHECK(one_error(entry("a", "[2]", "[0,4]"), one) ==
        R"(: tensor "a", F32 of shape [2], has 4 bytes)");
  // Products that overflow to 0.
  for (const char* shape : {"[4611686018427387904,4]", "[4294967296,4294967296]",
                            "[4611686018427387904,4,0]", "[18446744073709551615]"}) {
    CHECK_THAT(
        one_error(entry("a", shape, "[0,0]"), ""),
        Catch::StartsWith(R"(: tensor "a", F32 of shape [)") && Catch::EndsWith("], has 0 bytes"));
  }
}

TEST_CASE("a name that comes twice is an error, as the specification says") {
  CHECK(header_error(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                     R"("w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                     one + one) == R"(: the header names "w" twice)");
  CHECK(header_error(R"({"__metadata__":{},"__metadata__":{}})") ==
        R"(: the header names "__metadata__" twice)");
  CHECK(header_error(R"({"__metadata__":{"a":"","a":""}})") ==
        R"(: tensor "__metadata__" has "a" twice)");
}

TEST_CASE("metadata that is no map of texts is an error") {
  CHECK(header_error(R"({"__metadata__":5})") ==
        R"(: tensor "__metadata__" is 5, expected an object)");
  for (const char* value : {"5", "null", "[]", "{}", "1.5", "-1", "true"}) {
    CHECK_THAT(header_error(fmt::format(R"({{"__metadata__":{{"a":{}}}}})", value)),
               Catch::EndsWith(R"( for "a", expected a text)"));
  }
}

TEST_CASE("names with a NUL or that are not UTF-8 are refused, read and written") {
  CHECK(header_error(R"({"a\u0000b":{}})") == R"(: the header has a NUL in "a\u0000b")");
  CHECK(header_error(R"({"__metadata__":{"a":"\u0000"}})") ==
        R"(: the header has a NUL in "\u0000")");
  for (const char* name : {"\xff", "\xc3", "\xed\xa0\x80", "\\ud800", "\n"}) {
    CHECK_THAT(header_error(fmt::format(R"({{"{}":{{}}}})", name)),
               Catch::StartsWith(": the header is no valid JSON at its byte "));
  }
  const auto write_error = [](const std::string& name, const tapegrad::Metadata& metadata = {}) {
    return error_of<std::invalid_argument>([&] {
      written({{"w", DType::u8, {0}, nullptr}, {name, DType::u8, {0}, nullptr}}, metadata);
    });
  };
  CHECK(write_error("a\0b"s) == R"(write_safetensors: a NUL in "a\u0000b")");
  CHECK(write_error("w") == R"(write_safetensors: the name "w" comes twice)");
  CHECK(write_error("__metadata__") == R"(write_safetensors: the name "__metadata__" comes twice)");
  CHECK_THAT(write_error("\xff"), Catch::Contains("invalid UTF-8"));
  CHECK_THAT(write_error("v", {{"k", "\xff"}}), Catch::Contains("invalid UTF-8"));
}

TEST_CASE("nesting as deep as a header can be is refused, and no long name fills an error") {
  const std::string deep(5'000'000, '[');
  CHECK(entry_error(R"({"shape":)" + deep) ==
        R"(: tensor "w" has a list for its shape, expected a list of sizes)");
  CHECK(header_error(R"({"__metadata__":{"a":)" + deep) ==
        R"(: tensor "__metadata__" has a list for "a", expected a text)");
  const std::string name(1'000'000, 'n');
  CHECK(header_error(fmt::format(R"({{"{}":5}})", name)).size() < 200);
}

TEST_CASE("a file that is cut short while it is open is an error, not the end of the process") {
  const Array numbers(Shape{1'000'000}, 1.0F);
  const Opened opened(written({raw_tensor("w", numbers)}));
  std::filesystem::resize_file(opened.file.path(), 1'000'000);
  const RawTensor& tensor = opened.file.tensors()[0];
  std::vector<float> copied(numbers.size());
  CHECK_THROWS_AS(opened.file.copy(tensor, copied.data()), FormatError);
  CHECK_THROWS_WITH(opened.file.array(tensor),
                    Catch::EndsWith("ends at byte 1000000, had 4000080 when it was opened: "
                                    "somebody cut it"));
}

TEST_CASE("a file that is replaced or moved while it is open stays as it was") {
  const Array numbers{1.0F, 2.0F};
  Opened opened(written({raw_tensor("w", numbers)}));
  write_safetensors(opened.file.path(), {});
  const SafetensorsFile moved = std::move(opened.file);
  CHECK(same(moved.array(*moved.find("w")), numbers));
}

TEST_CASE("what is missing or no file on a disk is an error that names it") {
  CHECK_THROWS_AS(SafetensorsFile("/nowhere/m.safetensors"), std::system_error);
  CHECK_THROWS_WITH(SafetensorsFile("/nowhere/m.safetensors"),
                    Catch::Contains("/nowhere/m.safetensors"));
  const TemporaryDirectory directory;
  REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  for (const std::string& path : {directory.path(), directory / "pipe", "/dev/null"s}) {
    CHECK(error_of<FormatError>([&] { SafetensorsFile{path}; }) ==
          path + ": is no file on a disk but a directory, a pipe or a device");
  }
}
