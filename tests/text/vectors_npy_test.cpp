// Word matrices of NumPy, and what anybody may have written in their place.
#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <packed.hpp>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/vectors.hpp>
#include <temporary.hpp>
#include <warnings.hpp>
#include <word2vec.hpp>
#include <written_elsewhere.hpp>

using Catch::Contains;
using tapegrad::Array;
using tapegrad::FormatError;
using tapegrad::load_vectors;
using tapegrad::Malformed;
using tapegrad::WordVectors;
using Words = std::vector<std::string>;

namespace {

bool any(std::string_view) {
  return true;
}

// A .npy of version 1.0 with this dictionary.
std::string npy_of(const std::string& dictionary, const std::string& bytes) {
  return std::string("\x93NUMPY\x01\x00", 8) + little_endian(dictionary.size() + 1, 2) +
         dictionary + "\n" + bytes;
}

std::string npy(const std::string& type, const std::string& shape, const std::string& bytes) {
  return npy_of(
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape), bytes);
}

const std::string good = npy("<f4", "(2, 2)", float_bytes({0.5F, -1.25F, 2, 1e-3F}));
const std::string good_words = npy("|S1", "(2,)", "ab");

// The error of a .npy with the words a and b beside it, behind its name.
std::string npy_error(const std::string& bytes, Malformed policy = Malformed::strict) {
  const TemporaryDirectory directory;
  directory.file("v.txt", "a\nb\n");
  const std::string path = directory.file("v.npy", bytes);
  return error_of<FormatError>([&] { load_vectors(path, any, {.malformed = policy}); })
      .substr(path.size());
}

std::string npz_error(const std::string& words, const std::string& vectors) {
  const TemporaryDirectory directory;
  const std::string path =
      directory.file("v.npz", zipped({{"words.npy", words}, {"vectors.npy", vectors}}));
  const std::string error = error_of<FormatError>([&] { load_vectors(path, any); });
  return error.starts_with(path) ? error.substr(path.size()) : error;
}

}  // namespace

TEST_CASE(".npz files that NumPy wrote are read, deflated and stored, <U and S, f32 and f16") {
  const TemporaryDirectory directory;
  const WordVectors deflated = load_vectors(directory.file("v", npz_deflated), any);
  CHECK(deflated.words == Words{"a", "b", ". ."});
  CHECK(same(deflated.values, Array{{0.5F, -1.25F}, {2, 1e-3F}, {3, 4}}));
  const WordVectors stored = load_vectors(directory.file("v", npz_stored_bytes_half), any);
  CHECK(stored.words == Words{"a", "\xC3\xA9"});
  CHECK(same(stored.values, Array{{0.5F, -1.25F}, {2, 1024}}));
}

TEST_CASE("a .npy has its words beside it, in NAME.words.txt before NAME.txt") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("v.npy", npy_f64);
  CHECK(error_of<FormatError>([&] { load_vectors(path, any); }) ==
        fmt::format("{0}: expected its words, one a line, in {1}.words.txt or {1}.txt, found "
                    "neither",
                    path, directory / "v"));
  directory.file("v.txt", "x\ny\n");
  CHECK(load_vectors(path, any).words == Words{"x", "y"});
  directory.file("v.words.txt", "a b\r\nc");
  const WordVectors vectors = load_vectors(path, any);
  CHECK(vectors.words == Words{"a b", "c"});
  CHECK(same(vectors.values, Array{{0.5F, -1.25F}, {2, 1e-3F}}));
  directory.file("v.words.txt", "a\n");
  for (const Malformed policy : {Malformed::strict, Malformed::skip}) {
    CHECK(error_of<FormatError>([&] { load_vectors(path, any, {.malformed = policy}); }) ==
          path + ": expected a word for each of 2 vectors, found 1");
  }
}

TEST_CASE("half precision numbers are read to the bit, denormal ones too") {
  const TemporaryDirectory directory;
  directory.file("v.txt", "a\n");
  // np.array([6e-8, 6.104e-5, 65504, -1/3, -0., 1], "<f2").tobytes()
  const std::string bytes("\x01\x00\x00\x04\xff\x7b\x55\xb5\x00\x80\x00\x3c", 12);
  const WordVectors vectors =
      load_vectors(directory.file("v.npy", npy("<f2", "(1, 6)", bytes)), any);
  // np.frombuffer(bytes, "<f2").astype("f4")
  CHECK(
      same(vectors.values, Array{{5.9604645e-08F, 6.1035156e-05F, 65504, -0.33325195F, -0.0F, 1}}));
  CHECK(std::signbit(vectors.values(0, 4)));
}

TEST_CASE("numbers of a .npy that are not finite floats are malformed entries") {
  const TemporaryDirectory directory;
  directory.file("v.txt", "a\nb\nc\n");
  std::string bytes(3 * 8, '\0');
  const double numbers[] = {1.5, 1e300, 2};
  std::memcpy(bytes.data(), numbers, sizeof numbers);
  const std::string content = npy("<f8", "(3, 1)", bytes);
  const std::string path = directory.file("v.npy", content);
  CHECK(error_of<FormatError>([&] { load_vectors(path, any); }) ==
        fmt::format("{}: entry 2: at byte {}: expected a finite number as value 1 of 1 of \"b\", "
                    "found inf",
                    path, content.size() - 16));
  const Warnings warnings;
  CHECK(load_vectors(path, any, {.malformed = Malformed::skip}).words == Words{"a", "c"});
  CHECK(warnings.all.size() == 1);
  const std::string half = npy("<f2", "(3, 1)", std::string("\x00\x7c\x01\x7c\x00\x3c", 6));
  directory.file("v.npy", half);
  CHECK(load_vectors(path, any, {.malformed = Malformed::skip}).words == Words{"c"});
}

TEST_CASE("headers of .npy may have their keys in any order, and versions 1, 2 and 3") {
  const TemporaryDirectory directory;
  directory.file("v.txt", "a\n");
  const std::string dictionary = R"({"shape":(1,1),'fortran_order':False,'descr':'<f4'})";
  const std::string bytes = float_bytes({7});
  for (const char version : {'\x02', '\x03'}) {
    const std::string path =
        directory.file("v.npy", std::string("\x93NUMPY") + version + '\0' +
                                    little_endian(dictionary.size(), 4) + dictionary + bytes);
    CHECK(load_vectors(path, any).values(0, 0) == 7);
  }
  CHECK(load_vectors(directory.file("v.npy", npy_of(dictionary, bytes)), any).values(0, 0) == 7);
}

TEST_CASE("malformed headers of .npy are errors under both policies") {
  const auto dictionary_error = [](const std::string& dictionary) {
    const std::string error = npy_error(npy_of(dictionary, float_bytes({1, 2, 3, 4})));
    CHECK(npy_error(npy_of(dictionary, float_bytes({1, 2, 3, 4})), Malformed::skip) == error);
    return error;
  };
  CHECK(dictionary_error("") == ": malformed .npy header: expected \"{\" before \"\"");
  CHECK(dictionary_error("{}") ==
        ": malformed .npy header: expected descr, fortran_order and shape in it before \"\"");
  CHECK(
      dictionary_error("{'descr': '<f4', 'descr': '<f4'}") ==
      ": malformed .npy header: expected descr, fortran_order and shape, once each, found the key "
      "\"descr\" before \" '<f4'}\"");
  CHECK_THAT(dictionary_error("{'descr': [('x', '<f4')], }"),
             Contains("expected a string in quotes"));
  CHECK_THAT(dictionary_error("{'descr': '<f4"), Contains("expected a closing quote"));
  CHECK_THAT(dictionary_error("{'descr': '<f4' 'shape': (2, 2)}"), Contains("expected \",\" or"));
  CHECK_THAT(dictionary_error("{'fortran_order': 0}"), Contains("expected True or False"));
  for (const char* const shape : {"(-1, 2)", "(99999999999999999999, 2)", "(2.0, 2)", "(, )",
                                  "(2, 2", "2", "(2 2)", "(2,, 2)", "(0x2, 2)", "(2L, 2)"}) {
    INFO(shape);
    CHECK_THAT(npy_error(npy("<f4", shape, float_bytes({1, 2, 3, 4}))),
               Contains("malformed .npy header: expected"));
  }
  CHECK_THAT(npy_error(npy_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)} x", "")),
             Contains("expected nothing behind it"));
}

TEST_CASE("a .npy of another version, cut in its header, or with a huge one is an error") {
  std::string other = good;
  other[6] = 4;
  CHECK(npy_error(other) == ": expected .npy format version 1.0, 2.0 or 3.0, found 4.0");
  CHECK(npy_error(good.substr(0, 8)) ==
        ": expected a .npy header of 10 bytes, found the end of the file after 8");
  CHECK_THAT(npy_error(good.substr(0, 40)), Contains("found the end of the file after 40"));
  const std::string huge("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12);
  CHECK(npy_error(huge) == ": expected a .npy header of at most 65536 bytes, found 4294967307");
}

TEST_CASE("arrays of other types and shapes are refused, and sizes that overflow ask no memory") {
  CHECK(npy_error(npy(">f4", "(2, 2)", "")) ==
        ": expected numbers of type <f4, <f8 or <f2, found >f4");
  CHECK_THAT(npy_error(npy("<i4", "(2, 2)", "")), Contains("found <i4"));
  CHECK_THAT(npy_error(npy("|O", "(2, 2)", "")), Contains("found |O"));
  CHECK(npy_error(npy("<f4", "(4,)", "")) == ": expected an array [N, D] in C order, found [4]");
  CHECK(npy_error(npy("<f4", "()", "")) == ": expected an array [N, D] in C order, found []");
  CHECK(npy_error(npy_of("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", "")) ==
        ": expected an array [N, D] in C order, found [2, 2] in Fortran order");
  CHECK(npy_error(npy("<f4", "(3, 2)", "")) == ": expected a word for each of 3 vectors, found 2");
  CHECK_THAT(npy_error(npy("<f4", "(18446744073709551615, 4611686018427387905)", "")),
             Contains("expected a word for each"));
  CHECK(npy_error(npy("<f4", "(2, 4611686018427387905)", "")) ==
        ": expected vectors of 1 to 1,048,576 numbers, found 4611686018427387905 announced");
  CHECK_THAT(npy_error(npy("<f4", "(2, 0)", "")), Contains("found 0 announced"));
  CHECK(npy_error(good + "x") ==
        fmt::format(": entry 2: expected the end of the file after 2 words,"
                    " found more at byte {}",
                    good.size()));
  CHECK(npy_error(good.substr(0, good.size() - 1)) ==
        fmt::format(": entry 2: at byte {}: expected 8 bytes for 2 numbers, found 7: is the file "
                    "cut?",
                    good.size() - 8));
}

TEST_CASE("words of .npz must be strings, as many as vectors, whole and UTF-8") {
  CHECK(npz_error(good_words, good) == "nothing was thrown");

  CHECK(npz_error(npy("|O", "(2,)", "ab"), good) ==
        ":words.npy: expected strings of type <U or S of at most 65536 characters, found |O "
        "(objects of Python; np.array(words, str) has none)");
  CHECK_THAT(npz_error(npy("<U99999999999", "(2,)", "ab"), good), Contains("found <U99999999999"));
  CHECK_THAT(npz_error(npy(">U1", "(2,)", "ab"), good), Contains("found >U1"));
  CHECK_THAT(npz_error(npy("<U", "(2,)", "ab"), good), Contains("found <U"));
  CHECK(npz_error(npy("|S1", "(2, 1)", "ab"), good) ==
        ":words.npy: expected an array [N] of words, found [2, 1]");
  CHECK(npz_error(npy("|S1", "(3,)", "abc"), good) ==
        ":vectors.npy: expected a word for each of 2 vectors, found 3");
  CHECK(npz_error(npy("|S2", "(2,)", "aab"), good) ==
        ":words.npy: entry 2: expected 2 bytes of type |S2, found 1");
  CHECK(npz_error(npy("|S1", "(9999999999999999999,)", "ab"), good) ==
        ":words.npy: entry 3: expected 1 bytes of type |S1, found 0");
  CHECK_THAT(npz_error(npy("|S0", "(9999999999999999999,)", ""), good), Contains("entry 1:"));
  CHECK(npz_error(npy("|S1", "(2,)", "abc"), good) ==
        ":words.npy: expected the end of the file after 2 words, found more bytes");
  CHECK_THAT(npz_error(npy("|S1", "(2,)", "a\xE9"), good),
             Contains(":vectors.npy: entry 2: at byte ") && Contains("a word in UTF-8"));
  // A surrogate, and a character beyond the last.
  for (const std::uint64_t code : {0xD800U, 0x110000U, 0xFFFFFFFFU}) {
    CHECK_THAT(npz_error(npy("<U1", "(2,)", little_endian('a', 4) + little_endian(code, 4)), good),
               Contains("found the byte 0xFF"));
  }
  CHECK_THAT(npz_error(npy("|S1", "(2,)", std::string("a\0", 2)), good),
             Contains("expected a word, found none"));
}

TEST_CASE("a zip archive without the two arrays is no .npz") {
  const TemporaryDirectory directory;
  const std::string path =
      directory.file("v.npz", zipped({{"word.npy", good_words}, {"vectors.npy", good}}));
  CHECK_THAT(error_of<FormatError>([&] { load_vectors(path, any); }),
             Contains("found word.npy, vectors.npy"));
}
