// What stands in a folder after files were put in place together.
#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <map>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_files.hpp>

#include <entries.hpp>
#include <temporary.hpp>

namespace fs = std::filesystem;
using tapegrad::FilesBeside;
using Files = std::map<std::string, std::string>;

namespace {

const std::vector<std::string> names = {"a", "b", "c"};

// The files below a folder, with their contents.
Files content(const std::string& folder) {
  Files all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    all[entry.path().filename().string()] = tapegrad::read_file(entry.path().string());
  }
  return all;
}

// Puts files in place that are newer than those of `a` and `c` there.
void save(const std::string& folder) {
  const FilesBeside beside(folder, names);
  tapegrad::write_file(beside("a"), "new a");
  tapegrad::write_file(beside("b"), "new b");
  beside.put_in_place();
}

const Files saved = {{"a", "new a"}, {"b", "new b"}};

// A folder with an older model.
struct Older {
  TemporaryDirectory above;
  std::string folder = above / "model";
  Older() {
    above.file("model/a", "old a");
    above.file("model/c", "old c");
  }
  std::size_t entries() const { return ::entries(above.path()); }
};

}  // namespace

TEST_CASE("files put in place are all that is left of a model, and nothing lies beside it") {
  const Older older;
  save(older.folder);
  CHECK(content(older.folder) == saved);
  CHECK(older.entries() == 1);
  const TemporaryDirectory empty;
  save(empty / "new/model");
  CHECK(content(empty / "new/model") == saved);
}

TEST_CASE("where a folder has other files, they stay") {
  const Older older;
  older.above.file("model/notes.txt", "mine");
  save(older.folder);
  Files wanted = saved;
  wanted["notes.txt"] = "mine";
  CHECK(content(older.folder) == wanted);
  CHECK(older.entries() == 1);
}

TEST_CASE("a folder keeps its rights, and a link to it stays one") {
  const Older older;
  const auto rights = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;
  fs::permissions(older.folder, rights);
  fs::create_directory_symlink("model", older.above / "link");
  save(older.above / "link");
  CHECK(fs::is_symlink(older.above / "link"));
  CHECK(content(older.folder) == saved);
  CHECK(fs::status(older.folder).permissions() == rights);
}

TEST_CASE("what is not put in place leaves the older files alone, and goes") {
  const Older older;
  {
    const FilesBeside beside(older.folder, names);
    tapegrad::write_file(beside("a"), "new a");
  }
  CHECK(content(older.folder) == Files{{"a", "old a"}, {"c", "old c"}});
  CHECK(older.entries() == 1);
}

TEST_CASE("several savings of one model at a time do not disturb each other, the last one counts") {
  for (const bool with_notes : {false, true}) {
    const Older older;
    Files wanted = saved;
    if (with_notes) {
      older.above.file("model/notes.txt", "mine");
      wanted["notes.txt"] = "mine";
    }
    const FilesBeside first(older.folder, names);
    const FilesBeside second(older.folder, names);
    for (const std::string& name : names) tapegrad::write_file(first(name), "first");
    for (const char* name : {"a", "b"}) {
      tapegrad::write_file(second(name), std::string("new ") + name);
    }
    first.put_in_place();
    second.put_in_place();
    CHECK(content(older.folder) == wanted);
  }
}

TEST_CASE("what is in the folder is that of one saving, however many threads save") {
  const bool with_notes = GENERATE(false, true);
  const TemporaryDirectory above;
  const std::string folder = above / "model";
  if (with_notes) above.file("model/notes.txt", "mine");
  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back(std::to_string(i));
  const auto save_some = [&](const std::string& bytes) {
    const FilesBeside beside(folder, many);
    for (const std::string& name : many) std::ofstream(beside(name)) << bytes;
    beside.put_in_place();
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<std::future<void>> savers;
    for (const char* bytes : {"one", "two", "three"}) {
      savers.push_back(std::async(std::launch::async, save_some, std::string(bytes)));
    }
    for (auto& saver : savers) saver.get();
    Files left = content(folder);
    CHECK(left.erase("notes.txt") == (with_notes ? 1 : 0));
    CHECK(left.size() == many.size());
    for (const auto& file : left) CHECK(file.second == left.begin()->second);
  }
  CHECK(entries(above.path()) == 1);
}

TEST_CASE("a folder in which the program runs stays the same folder") {
  const fs::path before = fs::current_path();
  for (const char* below : {"", "/below"}) {
    const Older older;
    if (*below != 0) older.above.file("model/below/file", "mine");
    fs::current_path(older.folder + below);
    save(*below == 0 ? "." : "..");
    CHECK(fs::equivalent(".", older.folder + below));
    CHECK(tapegrad::read_file(older.folder + "/b") == "new b");
    CHECK_FALSE(fs::exists(older.folder + "/c"));
    CHECK(older.entries() == 1);
    fs::current_path(before);
  }
}

TEST_CASE("what killed savings left goes with the next one, and nothing of anybody else") {
  const Older older;
  older.above.file("model.unfinished-Abc123/a", "half");
  older.above.file("model.unfinished-Abc123/b.unfinished-Abc123", "half");
  older.above.file("model/.saving.tmp", "");
  older.above.file("model.unfinished-Abc124/mine", "kept");
  older.above.file("model.new-backup/a", "kept");
  save(older.folder);
  CHECK(content(older.folder) == saved);
  CHECK_FALSE(fs::exists(older.above / "model.unfinished-Abc123"));
  CHECK(tapegrad::read_file(older.above / "model.unfinished-Abc124/mine") == "kept");
  CHECK(tapegrad::read_file(older.above / "model.new-backup/a") == "kept");
  CHECK(older.entries() == 3);
}

TEST_CASE("a folder that is exchanged while it is read is read once more") {
  const Older older;
  int attempts = 0;
  const auto read = [&](const std::string& folder) {
    ++attempts;
    const std::string a = tapegrad::read_file(folder + "/a");
    if (attempts == 1) save(folder);
    return a + ", " + tapegrad::read_file(folder + "/b");
  };
  CHECK(tapegrad::load_unmixed(older.folder, read) == "new a, new b");
  CHECK(attempts == 2);
  CHECK(tapegrad::load_unmixed(older.folder, read) == "new a, new b");
  CHECK(attempts == 3);
  const auto fail = [&](const std::string& folder) -> int {
    save(folder);
    throw tapegrad::FormatError(folder, 0, "two models");
  };
  CHECK(error_of<std::runtime_error>([&] { tapegrad::load_unmixed(older.folder, fail); }) ==
        older.folder + ": was replaced by another model each time it was read");
  const auto damaged = [](const std::string& folder) -> int {
    throw tapegrad::FormatError(folder, 0, "damaged");
  };
  CHECK_THROWS_AS(tapegrad::load_unmixed(older.folder, damaged), tapegrad::FormatError);
}
