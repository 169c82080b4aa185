#include <catch2/catch.hpp>
#include <filesystem>
#include <system_error>
#include <tapegrad/core/files.hpp>

#include <temporary.hpp>

TEST_CASE("a written file holds the bytes, and nothing is left beside it") {
  const TemporaryDirectory directory;
  const std::string bytes("a\0\n\xFF", 4);
  tapegrad::write_file(directory / "f", "old and longer");
  tapegrad::write_file(directory / "f", bytes);
  CHECK(tapegrad::read_file(directory / "f") == bytes);
  CHECK_FALSE(std::filesystem::exists(directory / "f.tmp"));
  const std::string large(3000000, 'x');
  tapegrad::write_file(directory / "f", large);
  CHECK(tapegrad::read_file(directory / "f") == large);
  tapegrad::write_file(directory / "f", "");
  CHECK(tapegrad::read_file(directory / "f").empty());
}

TEST_CASE("errors of files tell the path and the reason") {
  const TemporaryDirectory directory;
  CHECK(error_of<std::system_error>([&] { tapegrad::read_file(directory / "none"); }) ==
        directory / "none" + ": cannot read: No such file or directory");
  CHECK(error_of<std::system_error>([&] { tapegrad::read_file(directory.path()); }) ==
        directory.path() + ": cannot read: Is a directory");
  CHECK(error_of<std::system_error>([&] { tapegrad::write_file(directory / "no/f", "x"); }) ==
        directory / "no/f.tmp" + ": cannot write: No such file or directory");
  std::filesystem::create_directory(directory / "d");
  CHECK(error_of<std::system_error>([&] { tapegrad::write_file(directory / "d", "x"); }) ==
        directory / "d" + ": cannot write: Is a directory");
  CHECK_FALSE(std::filesystem::exists(directory / "d.tmp"));
}
