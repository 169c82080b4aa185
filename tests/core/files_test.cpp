#include <catch2/catch.hpp>
#include <filesystem>
#include <system_error>
#include <tapegrad/core/files.hpp>

#include <entries.hpp>
#include <temporary.hpp>

TEST_CASE("a written file holds the bytes, and nothing is left beside it") {
  const TemporaryDirectory directory;
  const std::string bytes("a\0\n\xFF", 4);
  tapegrad::write_file(directory / "f", "old and longer");
  tapegrad::write_file(directory / "f", bytes);
  CHECK(tapegrad::read_file(directory / "f") == bytes);
  CHECK(entries(directory.path()) == 1);
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
        directory / "no/f" + ": cannot write: No such file or directory");
  std::filesystem::create_directory(directory / "d");
  CHECK(error_of<std::system_error>([&] { tapegrad::write_file(directory / "d", "x"); }) ==
        directory / "d" + ": cannot write: Is a directory");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("an input file is read anywhere, and ends where it ends") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("a", "0123456789");
  const tapegrad::InputFile file(path);
  CHECK(file.regular());
  CHECK(file.size() == 10);
  std::string bytes(4, ' ');
  CHECK(file.read(3, bytes.data(), 4) == 4);
  CHECK(bytes == "3456");
  CHECK(file.read(8, bytes.data(), 4) == 2);
  CHECK(bytes == "8956");
  CHECK(file.read(20, bytes.data(), 4) == 0);
  std::filesystem::resize_file(path, 5);
  CHECK(file.read(3, bytes.data(), 4) == 2);
  CHECK(file.size() == 5);
  CHECK_FALSE(tapegrad::InputFile(directory.path()).regular());
  CHECK_THROWS_AS(tapegrad::InputFile(directory / "missing"), std::system_error);
}

TEST_CASE("an output file is there when it is committed, and leaves nothing behind otherwise") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("a", "old");
  {
    tapegrad::OutputFile file(path);
    file.append("lost", 4);
    CHECK(tapegrad::read_file(path) == "old");
  }
  CHECK(tapegrad::read_file(path) == "old");
  CHECK(entries(directory.path()) == 1);
  tapegrad::OutputFile file(path);
  file.append("0123", 4);
  file.append("4567", 4);
  file.write_at(2, "xy", 2);
  file.commit();
  CHECK(tapegrad::read_file(path) == "01xy4567");
  CHECK(entries(directory.path()) == 1);
  CHECK_THROWS_AS(tapegrad::OutputFile(directory / "missing/a"), std::system_error);
}
