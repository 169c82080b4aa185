#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/text/npy.hpp>
#include <temporary.hpp>

using tapegrad::Array;
using tapegrad::NpyWriter;
using tapegrad::read_file;
using tapegrad::write_npy;

namespace {

// A header as numpy.lib.format describes it: the dictionary, spaces, and a line end, so that the
// array begins at byte 128.
std::string npy(const std::string& dictionary, const std::string& values) {
  std::string header("\x93NUMPY\x01\x00\x76\x00", 10);
  header += dictionary;
  header.resize(127, ' ');
  return header + '\n' + values;
}

// np.array([[1, -2.5], [0.1, 0]], "<f4").tobytes()
const std::string bytes("\x00\x00\x80\x3f\x00\x00\x20\xc0\xcd\xcc\xcc\x3d\x00\x00\x00\x00", 16);
const Array values = {{1.0F, -2.5F}, {0.1F, 0.0F}};

}  // namespace

TEST_CASE("an array is written as .npy, whole and row by row") {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.npy";
  const std::string expected =
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", bytes);
  write_npy(path, values);
  CHECK(read_file(path) == expected);
  NpyWriter writer(path, 2);
  writer.append(Array{{1.0F, -2.5F}});
  CHECK(read_file(path) == expected);  // until commit the old file is there
  writer.append(values.data() + 2, 1);
  writer.commit();
  CHECK(read_file(path) == expected);
}

TEST_CASE("arrays of other shapes are written as .npy with NumPy's tuples") {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.npy";
  const auto written = [&](const tapegrad::Shape& shape) {
    write_npy(path, tapegrad::zeros(shape));
    const std::string content = read_file(path);
    const auto begin = content.find('(');
    return content.substr(begin, content.find(')') + 1 - begin);
  };
  CHECK(written({}) == "()");
  CHECK(written({3}) == "(3,)");
  CHECK(written({2, 1, 2}) == "(2, 1, 2)");
  CHECK(written({0, 5}) == "(0, 5)");
  const tapegrad::Shape many(60, 1);
  CHECK(written(many).size() == many.size() * 3);
  CHECK(read_file(path).size() % 64 == sizeof(float));
}

TEST_CASE("rows of another width are refused, and without commit no .npy is left") {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.npy";
  {
    NpyWriter writer(path, 3);
    CHECK(error_of<tapegrad::ShapeError>([&] { writer.append(values); }) ==
          "NpyWriter: rows has shape [2, 2], [n, 3] is wanted");
  }
  CHECK(std::filesystem::is_empty(directory.path()));
  CHECK_THROWS_AS(write_npy(directory / "missing/a.npy", values), std::system_error);
}

TEST_CASE("rows one after the other are refused by what cannot be written twice") {
  const TemporaryDirectory directory;
  const std::string pipe = directory / "pipe.npy";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_of<std::invalid_argument>([&] { NpyWriter(pipe, 2); }) ==
        pipe + ": is a device or a pipe, a .npy needs a file on a disk");
}
