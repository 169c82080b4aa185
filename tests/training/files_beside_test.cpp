// What stands in a folder after files were put in place together.
#include <catch2/catch.hpp>
#include <map>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_files.hpp>

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
  CHECK_FALSE(fs::exists(fs::path(folder) / "b"));
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
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(above.path()), fs::directory_iterator()));
  }
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
