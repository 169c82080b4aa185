// Where bytes go when a path is a link, a pipe or a device, when others write the same file, and
// what is told before anything is written.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tapegrad/core/files.hpp>
#include <vector>

#include <entries.hpp>
#include <file_size_limit.hpp>
#include <temporary.hpp>

namespace fs = std::filesystem;
using tapegrad::OutputFile;
using tapegrad::read_file;
using tapegrad::write_file;

namespace {

// Root may write everywhere, so it acts as somebody else for a while.
class NotRoot {
 public:
  NotRoot() { change(65534); }
  NotRoot(const NotRoot&) = delete;
  NotRoot& operator=(const NotRoot&) = delete;
  ~NotRoot() { change(0); }

 private:
  void change(uid_t user) const {
    if (root_ && ::seteuid(user) != 0) throw std::runtime_error("cannot change the user");
  }
  bool root_ = ::getuid() == 0;
};

// A pipe with a name, and its end to read from.
struct NamedPipe {
  TemporaryDirectory directory;
  std::string path = directory / "pipe";
  int reader;
  NamedPipe() {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;
  ~NamedPipe() { ::close(reader); }

  std::string read() const {
    std::string bytes(100, ' ');
    const ssize_t got = ::read(reader, bytes.data(), bytes.size());
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }
};

}  // namespace

TEST_CASE("a link stays one, and the file behind it is written") {
  const TemporaryDirectory directory;
  directory.file("to/target", "old");
  fs::create_symlink("to/target", directory / "link");
  fs::create_symlink("link", directory / "second");
  write_file(directory / "second", "new");
  CHECK(read_file(directory / "to/target") == "new");
  fs::create_symlink("to/none", directory / "dangling");
  write_file(directory / "dangling", "made");
  CHECK(read_file(directory / "to/none") == "made");
  for (const char* link : {"link", "second", "dangling"}) {
    CHECK(fs::is_symlink(directory / link));
  }
  CHECK(entries(directory.path()) == 4);
  CHECK(entries(directory / "to") == 2);
  fs::create_symlink("circle", directory / "circle");
  CHECK_THROWS_AS(write_file(directory / "circle", "x"), std::system_error);
}

TEST_CASE("a pipe is written from front to back, and stays a pipe") {
  const NamedPipe pipe;
  write_file(pipe.path, std::vector<std::string_view>{"to the ", "reader"});
  CHECK(pipe.read() == "to the reader");
  OutputFile file(pipe.path);
  file.append("0123", 4);
  CHECK(error_of<std::system_error>([&] { file.write_at(0, "x", 1); }) ==
        pipe.path + ": cannot write: Illegal seek");
  file.commit();
  CHECK(pipe.read() == "0123");
  CHECK(fs::is_fifo(pipe.path));
  CHECK(entries(pipe.directory.path()) == 1);
}

TEST_CASE("a device stays one") {
  const TemporaryDirectory directory;
  const std::string null = directory / "null";
  if (::mknod(null.c_str(), S_IFCHR | 0666, ::makedev(1, 3)) != 0) {
    WARN("only root can make a device");
    return;
  }
  write_file(null, "gone");
  CHECK(fs::is_character_file(null));
  fs::create_symlink("null", directory / "link");
  write_file(directory / "link", "gone");
  CHECK(fs::is_character_file(null));
  CHECK(fs::is_symlink(directory / "link"));
}

TEST_CASE("an open file that /proc leads to is written, and none takes its place") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("out", "before ");
  const int open = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  write_file("/dev/fd/" + std::to_string(open), "between");
  CHECK(::write(open, " behind", 7) == 7);
  ::close(open);
  CHECK(read_file(path) == "before between behind");
}

TEST_CASE("links with the names of unfinished files lead nothing elsewhere") {
  const TemporaryDirectory directory;
  const std::string precious = directory.file("precious", "mine");
  for (const char* name : {"f.unfinished-", "f.unfinished-Abc123"})
    fs::create_symlink(precious, directory / name);
  write_file(directory / "f", "new");
  CHECK(read_file(precious) == "mine");
  CHECK(read_file(directory / "f") == "new");
}

TEST_CASE("several writers of one file do not disturb each other, the last one's file stays") {
  const TemporaryDirectory directory;
  const std::string path = directory / "f";
  OutputFile first(path);
  OutputFile second(path);
  first.append("first", 5);
  second.append("second", 6);
  first.commit();
  CHECK(read_file(path) == "first");
  second.commit();
  CHECK(read_file(path) == "second");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("what killed processes left of a file goes when it is written again, and nothing else") {
  const TemporaryDirectory directory;
  const std::string path = directory / "f";
  directory.file("f.unfinished-Abc123", "half");
  for (const char* name : {"f.tmpAbc123", "f.unfinished-12345", "f.unfinished--12345",
                           "f.unfinished-1234567", "g.unfinished-Abc123"}) {
    directory.file(name, "kept");
  }
  write_file(path, "new");
  CHECK_FALSE(fs::exists(directory / "f.unfinished-Abc123"));
  CHECK(entries(directory.path()) == 6);
  fs::remove(path);
  OutputFile at_work(path);
  CHECK(entries(directory.path()) == 6);
  const OutputFile other(path);
  CHECK(entries(directory.path()) == 7);
  at_work.append("whole", 5);
  at_work.commit();
  CHECK(read_file(path) == "whole");
}

TEST_CASE("a file that does not fit leaves the one before, and nothing beside it") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("f", "old");
  {
    const FileSizeLimit limit(3);
    CHECK(error_of<std::system_error>([&] { write_file(path, "longer"); }) ==
          path + ": cannot write: File too large");
  }
  CHECK(read_file(path) == "old");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("what could not be written is told, and nothing is left of finding out") {
  using tapegrad::check_writable;
  const TemporaryDirectory directory;
  const auto error = [](const std::string& path) {
    return error_of<std::system_error>([&] { check_writable(path); });
  };
  check_writable(directory / "new");
  check_writable("new");
  CHECK(error(directory.path()) == directory.path() + ": cannot write: Is a directory");
  CHECK(error(directory / "no/f") ==
        directory / "no/f" + ": cannot write: No such file or directory");
  CHECK(error("/proc/x").starts_with("/proc/x: cannot write: "));
  CHECK_THROWS_AS(tapegrad::check_writable_folder("/proc"), std::system_error);
  {
    const FileSizeLimit full(0);
    CHECK(error(directory / "f") == directory / "f" + ": cannot write: File too large");
    CHECK_THROWS_AS(tapegrad::check_writable_folder(directory.path()), std::system_error);
  }
  fs::create_directory(directory / "closed");
  fs::create_symlink("closed/f", directory / "link");
  fs::permissions(directory.path(), fs::perms::all);
  fs::permissions(directory / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  {
    const NotRoot user;
    check_writable(directory / "new");
    tapegrad::check_writable_folder(directory.path());
    for (const char* name : {"closed/f", "link"}) {
      CHECK(error(directory / name) == directory / name + ": cannot write: Permission denied");
    }
    CHECK(error_of<std::system_error>([&] {
            tapegrad::check_writable_folder(directory / "closed");
          }) == directory / "closed" + ": cannot write: Permission denied");
  }
  CHECK(entries(directory.path()) == 2);
}
