#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <limits>
#include <same.hpp>
#include <stdexcept>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/text/vectors_save.hpp>
#include <temporary.hpp>
#include <word2vec.hpp>

using Catch::Contains;
using tapegrad::Array;
using tapegrad::load_vectors;
using tapegrad::read_file;
using tapegrad::read_text;
using tapegrad::save_vectors;
using tapegrad::VectorForm;
using tapegrad::WordVectors;
using Words = std::vector<std::string>;

namespace {

bool any(std::string_view) {
  return true;
}

const Words words = {"a", "caf\xC3\xA9"};
const Array values = {{0.5F, -1.25F}, {2.0F, 1e-3F}};
const std::string text = "2 2\na 0.5 -1.25\ncaf\xC3\xA9 2 0.001\n";

std::string refused(const Words& some, const Array& numbers, const std::string& name = "v.vec") {
  const TemporaryDirectory directory;
  const std::string path = directory / name;
  const std::string error =
      error_of<std::invalid_argument>([&] { save_vectors(path, some, numbers); });
  CHECK(std::filesystem::is_empty(directory.path()));
  const std::string start = "save_vectors: " + path + ": ";
  return error.starts_with(start) ? error.substr(start.size()) : error;
}

}  // namespace

TEST_CASE("vectors are written in the form that the name tells, or that is asked for") {
  const TemporaryDirectory directory;
  const auto written = [&](const std::string& name, VectorForm form) {
    save_vectors(directory / name, words, values, form);
    return read_text(directory / name);
  };
  const std::string binary = word2vec("2 2", {{"a", {0.5F, -1.25F}}, {"caf\xC3\xA9", {2, 1e-3F}}});
  for (const char* const name : {"v.vec", "v.txt", "v.vec.gz", "v.txt.gz"}) {
    CHECK(written(name, VectorForm::automatic) == text);
  }
  CHECK(written("v.bin", VectorForm::automatic) == binary);
  CHECK(written("v.bin.gz", VectorForm::automatic) == binary);
  CHECK(written("v", VectorForm::text) == text);
  CHECK(written("v.vec", VectorForm::binary) == binary);
  CHECK(read_file(directory / "v.vec.gz").substr(0, 2) == "\x1F\x8B");
  save_vectors(directory / "v.npy", words, values);
  CHECK(read_file(directory / "v.words.txt") == "a\ncaf\xC3\xA9\n");
  CHECK(read_file(directory / "v.npy").substr(128) == float_bytes({0.5F, -1.25F, 2, 1e-3F}));
}

TEST_CASE("saved vectors load with the same bits in every form") {
  constexpr std::size_t n = 3000;
  const tapegrad::Rng rng(1);
  tapegrad::Rng draw = rng;
  Words many;
  Array numbers(tapegrad::Shape{n, 7});
  // Any bits that are a finite number, denormal ones among them.
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto bits = static_cast<std::uint32_t>(draw.below(std::uint64_t{1} << 32U));
    if ((bits & 0x7F800000U) == 0x7F800000U) bits &= 0x807FFFFFU;
    std::memcpy(numbers.data() + i, &bits, sizeof bits);
  }
  for (std::size_t i = 0; i < n; ++i) many.push_back(fmt::format("word{}", i));
  many[0] = "\xF0\x9F\x98\x80";
  const TemporaryDirectory directory;
  for (const char* const name : {"v.vec", "v.bin", "v.vec.gz", "v.bin.gz", "v.npy"}) {
    INFO(name);
    save_vectors(directory / name, many, numbers);
    const WordVectors back = load_vectors(directory / name, any);
    CHECK(back.words == many);
    CHECK(same_bits(back.values, numbers));
  }
}

TEST_CASE("the same vectors give the same bytes, packed ones too") {
  const TemporaryDirectory directory;
  save_vectors(directory / "a.bin.gz", words, values);
  save_vectors(directory / "b.bin.gz", words, values);
  CHECK(read_file(directory / "a.bin.gz") == read_file(directory / "b.bin.gz"));
}

TEST_CASE("words that the form cannot hold are refused by name, and no file is written") {
  CHECK(refused({"a", "new york"}, values) ==
        "word 1, \"new york\", has white space in it, which the form cannot hold");
  CHECK(refused({"a", "x\ty"}, values, "v.bin") ==
        "word 1, \"x\ty\", has white space in it, which the form cannot hold");
  CHECK(refused({"", "a"}, values, "v.bin.gz") == "word 0 is empty");
  CHECK(refused({"a", "caf\xE9"}, values) == "word 1 is not UTF-8");
  CHECK(refused({"a", "x\ny"}, values, "v.npy") ==
        "word 1, \"x\ny\", has a line end in it, which the form cannot hold");
  const TemporaryDirectory directory;
  save_vectors(directory / "v.npy", {"a", "new york"}, values);
  CHECK(load_vectors(directory / "v.npy", any).words == Words{"a", "new york"});
}

TEST_CASE("values of another shape, numbers that are not finite, and unknown names are refused") {
  CHECK(refused({"a"}, values) == "values is [2, 2], expected [1, D] with D above 0");
  CHECK(refused({"a", "b"}, tapegrad::zeros({2})) ==
        "values is [2], expected [2, D] with D above 0");
  CHECK(refused({"a", "b"}, tapegrad::zeros({2, 0})) ==
        "values is [2, 0], expected [2, D] with D above 0");
  CHECK(refused({"a", "b"}, Array{{1, 2}, {3, std::numeric_limits<float>::infinity()}}) ==
        "value 1 of the word \"b\" is inf");
  const std::string names =
      "expected a name that ends in .vec, .txt, .bin (each also with .gz) or .npy";
  CHECK(refused(words, values, "v.model") == names);
  CHECK(refused(words, values, "v.npy.gz") == names);
  CHECK(refused(words, values, "v.gz") == names);
}

TEST_CASE("no vectors are written as an empty file of their width") {
  const TemporaryDirectory directory;
  save_vectors(directory / "v.vec", {}, tapegrad::zeros({0, 4}));
  CHECK(read_file(directory / "v.vec") == "0 4\n");
  CHECK(load_vectors(directory / "v.vec", any).width() == 4);
}

TEST_CASE("where vectors cannot be written the error names the file, and the old one is whole") {
  const TemporaryDirectory directory;
  CHECK_THAT(
      error_of<std::system_error>([&] { save_vectors(directory / "none/v.vec", words, values); }),
      Contains("none/v.vec: cannot write"));
  save_vectors(directory / "v.vec", words, values);
  CHECK_THROWS(save_vectors(directory / "v.vec", {"a", ""}, values));
  CHECK(read_file(directory / "v.vec") == text);
}
