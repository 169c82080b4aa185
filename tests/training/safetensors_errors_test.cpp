#include <fmt/format.h>

#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <filesystem>

#include "safetensors_bytes.hpp"

using namespace safetensors;
using tapegrad::Array;
using tapegrad::DType;
using tapegrad::raw_tensor;
using tapegrad::Shape;

TEST_CASE("a file that is cut, or none of this format, is an error that says so") {
  CHECK(read_error("") == ": is empty, expected a safetensors file");
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

TEST_CASE("a place of more or fewer than two sizes is told as such") {
  const auto error = [](const char* place) {
    return entry_error(fmt::format(R"({{"dtype":"F32","shape":[1],"data_offsets":{}}})", place));
  };
  CHECK(error("[0,4,8]") ==
        R"(: tensor "w" has more for data_offsets, expected a list of two sizes)");
  CHECK(error("[0]") == R"(: tensor "w" has fewer for data_offsets, expected a list of two sizes)");
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

TEST_CASE("a file whose header no reader would take is not written") {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  tapegrad::Metadata metadata;
  metadata["long"].resize(100'000'000, 'a');
  CHECK_THAT(error_of<std::length_error>([&] { tapegrad::write_safetensors(path, {}, metadata); }),
             Catch::EndsWith("file: the header would have 100000032 bytes, 100000000 are what "
                             "readers of the format take"));
  CHECK_FALSE(std::filesystem::exists(path));
}
