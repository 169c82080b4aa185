#include <tapegrad/training/config_reader.hpp>

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/json_errors.hpp>

namespace tapegrad {
namespace {

// Not the ordered one, which looks through all names of an object for each new one.
using Json = nlohmann::json;

constexpr std::size_t max_depth = 8;

// Looks at nesting and names before anything is built. (The parser's callbacks would do that while
// it builds, but with them it looks through all elements of a list behind each object in it.)
class Checker : public nlohmann::json_sax<Json> {
 public:
  Checker(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return down(); }
  bool end_object() override { return up(); }
  bool start_array(std::size_t /*size*/) override { return down(); }
  bool end_array() override { return up(); }

  bool key(string_t& name) override {
    if (!names_.back().insert(name).second) {
      throw FormatError(path_, 0, fmt::format("names {:.80} twice", Json(name).dump()));
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    throw FormatError(path_, line_of(text_, position), invalid_json(error));
  }

 private:
  bool down() {
    if (names_.size() == max_depth) {
      throw FormatError(path_, 0, fmt::format("is nested more than {} deep", max_depth));
    }
    names_.emplace_back();
    return true;
  }
  bool up() {
    names_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& path_;
  std::vector<std::set<std::string>> names_;  // of each object that we are in; of lists, none
};

Json parse(std::string_view text, const std::string& path) {
  Checker checker(text, path);
  Json::sax_parse(text, &checker);
  return Json::parse(text);
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
  constexpr std::size_t most = 100;  // it may end up in an error
  if (!value.is_string() || value.get_ref<const std::string&>().size() > most) {
    object_->fail(name, value, "a short text");
  }
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
