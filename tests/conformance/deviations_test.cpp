// docs/deviations.md, the list of what differs on purpose, held to what is there.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "case.hpp"

using namespace conformance;

namespace {

const std::filesystem::path source_dir = TAPEGRAD_SOURCE_DIR;

// A file with every run of spaces and line ends as one space.
std::string read_flat(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return std::regex_replace(text, std::regex(R"(\s+)"), " ");
}

// What group 1 of the pattern finds, everywhere in the text.
std::vector<std::string> find_all(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i) {
    found.push_back((*i)[1]);
  }
  return found;
}

std::vector<std::string> quoted(const std::string& text) {
  return find_all(text, R"rx("([^"]+)")rx");
}

// The names of all tests, samples of operations, and conformance cases.
std::set<std::string> known_names() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir / "tests")) {
    if (entry.path().extension() != ".cpp") continue;
    for (const std::string& test :
         find_all(read_flat(entry.path()), R"rx(TEST_CASE\( ?((?:"[^"]*",? ?)+))rx")) {
      std::string name;
      for (const std::string& part : quoted(test)) {
        if (part.front() != '[') name += part;
      }
      names.insert(name);
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(source_dir / "core/ops")) {
    for (const std::string& sample : quoted(read_flat(entry.path()))) names.insert(sample);
  }
  for (const CaseRecord& record : read_cases()) names.insert(record.name);
  return names;
}

struct Deviation {
  std::string title;
  std::string text;
};

// The list: each deviation begins with its title, **in bold**.
std::vector<Deviation> read_deviations() {
  const std::string page = read_flat(source_dir / "docs/deviations.md");
  const std::regex title(R"(\*\*([^*]+?)\.?\*\*)");
  std::vector<Deviation> list;
  for (std::sregex_iterator i(page.begin(), page.end(), title), end; i != end; ++i) {
    const auto next = std::next(i);
    const auto text = page.begin() + i->position() + i->length();
    const auto left_out = page.begin() + static_cast<std::ptrdiff_t>(page.find("## Left out"));
    list.push_back({(*i)[1], {text, next == end ? left_out : page.begin() + next->position()}});
  }
  return list;
}

}  // namespace

TEST_CASE("every test that docs/deviations.md names is there") {
  const std::set<std::string> names = known_names();
  const std::string page = read_flat(source_dir / "docs/deviations.md");
  for (const std::string& name : quoted(page)) {
    INFO("docs/deviations.md names \"" << name << "\", which is no test, sample or case");
    CHECK(names.count(name) == 1);
  }
  for (const std::string& file : find_all(page, "`((?:tests|core|training)/[^`]+)`")) {
    INFO("docs/deviations.md names " << file);
    CHECK((file.find("NAME") != std::string::npos || std::filesystem::exists(source_dir / file)));
  }
}

TEST_CASE("every deviation names what holds it") {
  const std::vector<Deviation> list = read_deviations();
  CHECK(list.size() > 30);
  for (const Deviation& deviation : list) {
    INFO(deviation.title);
    const bool has_samples =
        std::regex_search(deviation.text, std::regex("samples of|_test.cpp`|same tests"));
    CHECK((has_samples || !quoted(deviation.text).empty()));
  }
}

TEST_CASE("every deviation of a case is in docs/deviations.md") {
  std::set<std::string> titles;
  for (const Deviation& deviation : read_deviations()) titles.insert(deviation.title);
  for (const CaseRecord& record : read_cases()) {
    INFO(record.name << ": '" << record.deviation << "' is no title in docs/deviations.md");
    CHECK((record.deviation.empty() || titles.count(record.deviation) == 1));
  }
}
