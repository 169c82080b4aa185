#include <tapegrad/training/safetensors_header.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>

namespace tapegrad {
namespace {

using Json = nlohmann::ordered_json;

std::uint64_t saturated_product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > most / b ? most : a * b;
}

// The number of bytes of a tensor; nothing if it, or the number without the sizes 0, overflows.
std::optional<std::uint64_t> checked_bytes(const RawTensor& tensor) {
  std::uint64_t bytes = size_of(tensor.dtype);
  bool empty = false;
  for (const std::size_t size : tensor.shape) {
    empty = empty || size == 0;
    if (size != 0) bytes = saturated_product(bytes, size);
  }
  if (bytes == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return empty ? 0 : bytes;
}

struct Entry {
  RawTensor tensor;
  std::vector<std::size_t> place;  // begin and end
};

// Takes the events of the JSON parser, and nothing but what a header may hold where it stands. So
// neither depth nor size of what a header should not hold matters.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(const std::string& path) : path_(path) {}

  std::vector<Entry> entries;
  Metadata metadata;

  bool null() override { wrong("null"); }
  bool boolean(bool /*value*/) override { wrong("a truth value"); }
  bool number_integer(number_integer_t value) override { wrong(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    wrong(text.substr(0, 40));
  }
  bool binary(binary_t& /*value*/) override { wrong("bytes"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (at_ != At::shape && at_ != At::place) wrong(std::to_string(value));
    std::vector<std::size_t>& list =
        at_ == At::shape ? entries.back().tensor.shape : entries.back().place;
    if (at_ == At::place && list.size() == 2) wrong("more");
    list.push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (at_ == At::metadata_value) {
      check_text(value);
      metadata.emplace(key_, value);
      at_ = At::metadata;
      return true;
    }
    if (at_ != At::dtype) wrong(quoted_name(value));
    const std::optional<DType> dtype = find_dtype(value);
    if (!dtype) wrong(quoted_name(value));
    entries.back().tensor.dtype = *dtype;
    at_ = At::entry;
    return true;
  }

  bool key(string_t& name) override {
    check_text(name);
    if (at_ == At::metadata) {
      if (metadata.count(name) > 0) fail(fmt::format("has {} twice", quoted_name(name)));
      key_ = name;
      at_ = At::metadata_value;
    } else if (at_ == At::names) {
      if (!names_.insert(name).second) {
        throw FormatError(path_, 0, fmt::format("the header names {} twice", quoted_name(name)));
      }
      tensor_ = name;
      at_ = name == safetensors_metadata_name ? At::metadata_begin : At::entry_begin;
    } else {
      entry_key(name);
    }
    return true;
  }

  bool start_object(std::size_t /*size*/) override {
    switch (at_) {
      case At::begin:
        at_ = At::names;
        return true;
      case At::metadata_begin:
        at_ = At::metadata;
        return true;
      case At::entry_begin:
        entries.push_back({{tensor_, DType::f32, {}, nullptr}, {}});
        seen_.clear();
        at_ = At::entry;
        return true;
      default:
        wrong("an object");
    }
  }

  bool end_object() override {
    if (at_ == At::entry) {
      for (const char* wanted : {"dtype", "shape", "data_offsets"}) {
        if (seen_.count(wanted) == 0) fail(fmt::format("has no {}", wanted));
      }
    }
    at_ = At::names;
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    if (at_ == At::shape_begin) {
      at_ = At::shape;
    } else if (at_ == At::place_begin) {
      at_ = At::place;
    } else {
      wrong("a list");
    }
    return true;
  }

  bool end_array() override {
    if (at_ == At::place && entries.back().place.size() != 2) wrong("fewer");
    at_ = At::entry;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    throw FormatError(path_, 0,
                      fmt::format("the header is no valid JSON at its byte {}", position));
  }

 private:
  enum class At {
    begin,
    names,
    metadata_begin,
    metadata,
    metadata_value,
    entry_begin,
    entry,
    dtype,
    shape_begin,
    shape,
    place_begin,
    place,
  };

  void entry_key(const std::string& name) {
    if (!seen_.insert(name.substr(0, 20)).second)
      fail(fmt::format("has {} twice", quoted_name(name)));
    if (name == "dtype") {
      at_ = At::dtype;
    } else if (name == "shape") {
      at_ = At::shape_begin;
    } else if (name == "data_offsets") {
      at_ = At::place_begin;
    } else {
      fail(fmt::format("has {}, expected dtype, shape and data_offsets", quoted_name(name)));
    }
  }

  void check_text(const std::string& text) const {
    if (text.find('\0') == std::string::npos) return;
    throw FormatError(path_, 0, fmt::format("the header has a NUL in {}", quoted_name(text)));
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw FormatError(path_, 0, fmt::format("tensor {} {}", quoted_name(tensor_), message));
  }

  // What stands here is not what should.
  [[noreturn]] void wrong(const std::string& found) const {
    switch (at_) {
      case At::begin:
        throw FormatError(path_, 0, "the header is no JSON object");
      case At::dtype:
        fail(fmt::format("has the unknown dtype {}", found));
      case At::shape_begin:
      case At::shape:
        fail(fmt::format("has {} for its shape, expected a list of sizes", found));
      case At::place_begin:
      case At::place:
        fail(fmt::format("has {} for data_offsets, expected a list of two sizes", found));
      case At::metadata_value:
        fail(fmt::format("has {} for {}, expected a text", found, quoted_name(key_)));
      default:
        fail(fmt::format("is {}, expected an object", found));
    }
  }

  const std::string& path_;
  At at_ = At::begin;
  std::string tensor_;  // the name of the entry we are in
  std::string key_;     // and of a text of the metadata
  std::set<std::string> names_, seen_;
};

// The tensors must fill the data without gap or overlap.
void check_places(const std::vector<Entry>& entries, std::uint64_t data_size,
                  const std::string& path) {
  std::uint64_t end = 0;
  for (const auto& [tensor, place] : entries) {
    if (place[0] != end || place[1] < place[0] || place[1] > data_size) {
      throw FormatError(path, 0,
                        fmt::format("tensor {} stands at bytes {} to {}, expected {} to at most {}",
                                    quoted_name(tensor.name), place[0], place[1], end, data_size));
    }
    if (checked_bytes(tensor) != place[1] - place[0]) {
      throw FormatError(
          path, 0,
          fmt::format("tensor {}, {} of shape {}, has {} bytes", quoted_name(tensor.name),
                      to_string(tensor.dtype),
                      to_string(Shape(tensor.shape.begin(), tensor.shape.end())).substr(0, 80),
                      place[1] - place[0]));
    }
    end = place[1];
  }
  if (end != data_size) {
    throw FormatError(path, 0, fmt::format("the tensors end at byte {} of {}", end, data_size));
  }
}

}  // namespace

std::string quoted_name(const std::string& name) {
  constexpr std::size_t most = 80;
  const bool cut = name.size() > most;
  return Json(name.substr(0, most)).dump(-1, ' ', false, Json::error_handler_t::replace) +
         (cut ? "..." : "");
}

std::size_t safetensors_header_length(const char* begin, std::uint64_t file_size,
                                      const std::string& path) {
  std::uint64_t length = 0;
  std::memcpy(&length, begin, safetensors_length_bytes);
  if (length > safetensors_max_header || length > file_size - safetensors_length_bytes) {
    throw FormatError(
        path, 0,
        fmt::format("the header is said to have {} bytes, the file has {}", length, file_size));
  }
  return length;
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size,
                                           const std::string& path) {
  if (json.empty() || json[0] != '{') throw FormatError(path, 0, "the header is no JSON object");
  // The parser takes a NUL for the end, and would not look at what stands behind it.
  if (json.find('\0') != std::string_view::npos) {
    throw FormatError(path, 0, fmt::format("the header has a NUL at byte {}", json.find('\0')));
  }
  HeaderReader reader(path);
  Json::sax_parse(json, &reader);
  std::vector<Entry>& entries = reader.entries;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.place < b.place; });
  check_places(entries, data_size, path);
  SafetensorsHeader header;
  header.metadata = std::move(reader.metadata);
  for (auto& [tensor, place] : entries) {
    header.tensors.push_back(std::move(tensor));
    header.begins.push_back(place[0]);
  }
  return header;
}

}  // namespace tapegrad
