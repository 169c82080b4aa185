#include <tapegrad/training/config_reader.hpp>

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>
#include <tapegrad/core/errors.hpp>

namespace tapegrad {
namespace {

// Not the ordered one, which looks through all names of an object for each new one.
using Json = nlohmann::json;

constexpr int max_depth = 8;

// Nesting and names are checked while the parser reads, before it has built what they stand for.
Json parse(std::string_view text, const std::string& path) {
  std::vector<std::set<std::string>> names(max_depth + 1);
  const auto check = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth > max_depth) {
      throw FormatError(path, 0, fmt::format("is nested more than {} deep", max_depth));
    }
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start && level < names.size() - 1) {
      names[level + 1].clear();
    }
    if (event == Json::parse_event_t::key && !names[level].insert(value).second) {
      throw FormatError(path, 0, fmt::format("names {:.80} twice", value.dump()));
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    throw FormatError(path, 0, fmt::format("{:.200}", error.what()));
  }
}

}  // namespace

struct ConfigReader::Object {
  std::string path;
  Json json;

  const Json& at(const char* name) const {
    const auto found = json.find(name);
    if (found != json.end()) return *found;
    throw FormatError(path, 0, fmt::format("{} is missing", name));
  }
  [[noreturn]] void fail(const char* name, const Json& value, const std::string& wanted) const {
    throw FormatError(path, 0, fmt::format("{} is {:.80}, must be {}", name, value.dump(), wanted));
  }
  const Json& list(const char* name) const {
    const Json& value = at(name);
    if (!value.is_array()) fail(name, value, "a list");
    return value;
  }
  Index whole(const char* name, const Json& value, Index least, Index most) const {
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() ||
                       value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most)) &&
                      value.get<Index>() >= least;
    if (fits) return value.get<Index>();
    const bool large =
        value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(most);
    fail(name, value,
         large ? fmt::format("a whole number, {} or less", most)
               : fmt::format("a whole number, {} or more", least));
  }
};

ConfigReader::ConfigReader(std::string_view text, const std::string& path) {
  if (text.size() > max_bytes) {
    throw FormatError(path, 0,
                      fmt::format("has {} bytes, expected at most {}", text.size(), max_bytes));
  }
  if (text.find('\0') != std::string_view::npos) {  // which the parser takes for the end
    throw FormatError(path, 0, fmt::format("has a NUL at byte {}", text.find('\0')));
  }
  object_ = std::make_shared<Object>(Object{path, parse(text, path)});
  if (!object_->json.is_object()) fail("is no JSON object");
}

bool ConfigReader::has(const char* name) const {
  return object_->json.contains(name);
}

ConfigReader ConfigReader::section(const char* name) const {
  const Json& value = object_->at(name);
  if (!value.is_object()) object_->fail(name, value, "an object");
  return ConfigReader(std::make_shared<Object>(Object{object_->path, value}));
}

Index ConfigReader::whole(const char* name, Index least, Index most) const {
  return object_->whole(name, object_->at(name), least, most);
}

std::vector<Index> ConfigReader::wholes(const char* name, Index least, Index most) const {
  std::vector<Index> numbers;
  for (const Json& each : object_->list(name)) {
    numbers.push_back(object_->whole(name, each, least, most));
  }
  return numbers;
}

double ConfigReader::number(const char* name, double least, double most) const {
  const Json& value = object_->at(name);
  if (value.is_number() && value.get<double>() >= least && value.get<double>() <= most) {
    return value.get<double>();
  }
  object_->fail(name, value, fmt::format("in [{}, {}]", least, most));
}

bool ConfigReader::truth(const char* name) const {
  const Json& value = object_->at(name);
  if (!value.is_boolean()) object_->fail(name, value, "true or false");
  return value.get<bool>();
}

std::string ConfigReader::text(const char* name) const {
  const Json& value = object_->at(name);
  if (!value.is_string()) object_->fail(name, value, "a text");
  return value.get<std::string>();
}

std::vector<std::string> ConfigReader::texts(const char* name) const {
  std::vector<std::string> texts;
  for (const Json& each : object_->list(name)) {
    if (!each.is_string()) object_->fail(name, each, "a list of texts");
    texts.push_back(each.get<std::string>());
  }
  return texts;
}

int ConfigReader::version(const char* name, const char* of, int known) const {
  const Index version = whole(name, 1);
  if (version <= known) return static_cast<int>(version);
  fail(fmt::format("{} version {} is newer than this program, which knows {}", of, version, known));
}

void ConfigReader::fail(const std::string& message) const {
  throw FormatError(object_->path, 0, message);
}

}  // namespace tapegrad
