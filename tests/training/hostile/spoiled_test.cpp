// Folders some bytes of which are wrong: they load or are refused, and take no more memory than
// their size allows.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/recycle.hpp>
#include <tapegrad/core/rng.hpp>

#include "allocation.hpp"
#include "folders.hpp"

using hostile::Files;
using hostile::Saved;
using Json = nlohmann::ordered_json;

namespace {

// A small multiple of the folder, and what each loading takes whatever the folder.
std::size_t allowed(const Files& files) {
  return 40 * hostile::size_of(files) + (2U << 20U);
}

// Loads the folder; what it says if it is refused. Any error but these ends the test.
std::string outcome(const std::string& kind, const std::string& folder) {
  try {
    hostile::use(kind, folder);
    return "loaded";
  } catch (const tapegrad::FormatError& error) {
    return error.what();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

struct Folder {
  TemporaryDirectory directory;
  Saved saved;
  explicit Folder(Saved each) : saved(std::move(each)) {
    for (const auto& [name, bytes] : saved.files) directory.file(name, bytes);
  }

  // What becomes of the folder with one file changed, which must not take too much memory.
  std::string with(const std::string& name, const std::string& bytes) const {
    directory.file(name, bytes);
    Files files = saved.files;
    files[name] = bytes;
    std::string said;
    tapegrad::release_cached_memory();
    const std::size_t peak =
        allocation::peak_of([&] { said = outcome(saved.kind, directory.path()); });
    directory.file(name, saved.files.at(name));
    if (said.empty()) FAIL("an error that is none of ours: " << name << "\n" << bytes);
    if (peak > allowed(files)) FAIL("takes " << peak << " bytes: " << said << "\n" << bytes);
    return said;
  }
};

std::string spoil(std::string bytes, tapegrad::Rng& rng) {
  const auto below = [&rng](std::size_t end) { return static_cast<std::size_t>(rng.below(end)); };
  static const std::vector<std::string> pieces = {
      "99999999999", "2147483647", "-1", "1e999", "[",  "]", "{",    "}",
      "\"",          ",",          "\n", "\n\n",  "\r", " ", "\xff", std::string(1, '\0'),
      "null",        "<pad>",      "0"};
  const std::size_t at = below(bytes.size());
  const std::size_t length = std::min(bytes.size() - at, 1 + below(9));
  switch (below(6)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
      break;
    case 1:
      bytes[at] = static_cast<char>(below(256));
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      bytes.erase(at, length);
      break;
    case 4:
      bytes.insert(at, bytes.substr(below(bytes.size()), length));
      break;
    default:
      bytes.replace(at, below(length + 1), pieces[below(pieces.size())]);
  }
  return bytes;
}

// Every place of a document, as JSON pointers.
std::vector<std::string> places(const Json& json) {
  std::vector<std::string> all;
  const Json flat = json.flatten();
  for (const auto& [place, value] : flat.items()) {
    for (std::string name = place; !name.empty(); name.resize(name.rfind('/'))) {
      all.push_back(name);
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

TEST_CASE("a folder with some bytes flipped, cut or put in loads or is refused") {
  for (const Saved& saved : hostile::all_kinds()) {
    const Folder folder(saved);
    std::size_t loaded = 0, refused = 0;
    for (const auto& [name, bytes] : saved.files) {
      INFO(saved.kind << ", " << name);
      const std::string path = folder.directory / name;
      for (std::uint64_t seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        tapegrad::Rng rng(seed);
        std::string spoiled = bytes;
        for (std::uint64_t times = 1 + rng.below(3); times > 0 && !spoiled.empty(); --times) {
          spoiled = spoil(spoiled, rng);
        }
        (folder.with(name, spoiled) == "loaded" ? loaded : refused) += 1;
      }
    }
    INFO(saved.kind);
    CHECK(loaded > 30);  // numbers of tensors, letters of words
    CHECK(refused > 200);
  }
}

TEST_CASE("whatever stands at one place of config.json, it is refused or loads") {
  const std::vector<Json> values = {-1,
                                    0,
                                    1,
                                    3,
                                    99,
                                    100'000'000,
                                    2'147'483'647,
                                    2'147'483'648,
                                    1'000'000'000'000,
                                    9'223'372'036'854'775'807,
                                    18'446'744'073'709'551'615U,
                                    -9'223'372'036'854'775'807,
                                    1e300,
                                    0.5,
                                    nullptr,
                                    true,
                                    "",
                                    "bag",
                                    "mean",
                                    "a\nb",
                                    Json::array(),
                                    {1'000'000'000},
                                    std::vector<int>(1000, 1),
                                    {"x", "x"},
                                    Json::object(),
                                    {{"order", 2'000'000'000}}};
  for (const Saved& saved : hostile::all_kinds()) {
    const Folder folder(saved);
    const Json json = Json::parse(saved.files.at("config.json"));
    for (const std::string& place : places(json)) {
      for (const Json& value : values) {
        INFO(saved.kind << ": " << place << " is " << value);
        Json changed = json;
        changed[Json::json_pointer(place)] = value;
        folder.with("config.json", changed.dump());
      }
    }
  }
}
