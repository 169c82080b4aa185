#include <tapegrad/training/safetensors.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

using Json = nlohmann::ordered_json;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t max_header = 100'000'000;  // the format's own bound
constexpr std::size_t alignment = 8;

struct Entry {
  std::string name;
  Shape shape;
  std::size_t begin, end;
};

// The number of bytes of a shape of float32; the largest number if it overflows.
std::size_t bytes_of(const Shape& shape) {
  std::size_t bytes = sizeof(float);
  for (const std::size_t size : shape) {
    if (size != 0 && bytes > std::numeric_limits<std::size_t>::max() / size) {
      return std::numeric_limits<std::size_t>::max();
    }
    bytes *= size;
  }
  return bytes;
}

Json parse_header(const std::string& path, const std::string& bytes, std::size_t& data_begin) {
  std::uint64_t header_length = 0;
  if (bytes.size() < length_bytes) {
    throw FormatError(path, 0,
                      fmt::format("expected a safetensors file, found {} bytes", bytes.size()));
  }
  std::memcpy(&header_length, bytes.data(), length_bytes);
  if (header_length > max_header || header_length > bytes.size() - length_bytes) {
    throw FormatError(path, 0,
                      fmt::format("the header is said to have {} bytes, the file has {}",
                                  header_length, bytes.size()));
  }
  data_begin = length_bytes + header_length;
  std::set<std::string> names;
  const auto check_name = [&](int depth, Json::parse_event_t event, const Json& name) {
    if (depth == 1 && event == Json::parse_event_t::key && !names.insert(name).second) {
      throw FormatError(path, 0, fmt::format("the header names {} twice", name.dump()));
    }
    return true;
  };
  try {
    Json header = Json::parse(bytes.data() + length_bytes, bytes.data() + data_begin, check_name);
    if (!header.is_object()) throw FormatError(path, 0, "the header is no JSON object");
    return header;
  } catch (const Json::exception& error) {
    throw FormatError(path, 0, fmt::format("the header is no valid JSON: {}", error.what()));
  }
}

// A list of whole numbers, none negative: what the JSON library would take for one is more.
std::vector<std::size_t> sizes(const std::string& path, const std::string& name, const Json& value,
                               const char* key) {
  const Json& list = value.at(key);
  if (!list.is_array() || !std::all_of(list.begin(), list.end(), [](const Json& size) {
        return size.is_number_unsigned();
      })) {
    throw FormatError(
        path, 0,
        fmt::format("tensor {}: {} is {}, expected a list of sizes", name, key, list.dump()));
  }
  return list;
}

Entry parse_entry(const std::string& path, const std::string& name, const Json& value) {
  try {
    if (const auto type = value.at("dtype").get<std::string>(); type != "F32") {
      throw FormatError(path, 0, fmt::format("tensor {} has type {}, expected F32", name, type));
    }
    Entry entry{name, {}, 0, 0};
    const std::vector<std::size_t> shape = sizes(path, name, value, "shape");
    entry.shape.assign(shape.begin(), shape.end());
    const std::vector<std::size_t> place = sizes(path, name, value, "data_offsets");
    if (place.size() != 2) {
      throw FormatError(
          path, 0,
          fmt::format("tensor {}: data_offsets has {} numbers, expected 2", name, place.size()));
    }
    entry.begin = place[0];
    entry.end = place[1];
    return entry;
  } catch (const Json::exception& error) {
    throw FormatError(path, 0, fmt::format("tensor {}: {}", name, error.what()));
  }
}

// The entries in the order of their data, which must fill the file without gap or overlap.
std::vector<Entry> checked_entries(const std::string& path, const Json& header,
                                   std::size_t data_size) {
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") entries.push_back(parse_entry(path, name, value));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
  std::size_t end = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != end || entry.end < entry.begin || entry.end > data_size) {
      throw FormatError(path, 0,
                        fmt::format("tensor {} stands at bytes {} to {}, expected {} to at most {}",
                                    entry.name, entry.begin, entry.end, end, data_size));
    }
    if (entry.end - entry.begin != bytes_of(entry.shape)) {
      throw FormatError(path, 0,
                        fmt::format("tensor {} of shape {} has {} bytes", entry.name,
                                    to_string(entry.shape), entry.end - entry.begin));
    }
    end = entry.end;
  }
  if (end != data_size) {
    throw FormatError(path, 0, fmt::format("the tensors end at byte {} of {}", end, data_size));
  }
  return entries;
}

}  // namespace

std::string to_safetensors(const std::vector<NamedArray>& arrays) {
  Json header = {{"__metadata__", {{"format", "pt"}}}};
  std::size_t offset = 0;
  for (const auto& [name, array] : arrays) {
    const std::size_t end = offset + array.size() * sizeof(float);
    header[name] = {{"dtype", "F32"},
                    {"shape", std::vector<std::size_t>(array.shape().begin(), array.shape().end())},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  const std::uint64_t header_length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&header_length), length_bytes);
  bytes += text;
  for (const auto& [name, array] : arrays) {
    const std::vector<float> values(array.data(), array.data() + array.size());
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  }
  return bytes;
}

std::vector<NamedArray> read_safetensors(const std::string& path) {
  const std::string bytes = read_file(path);
  std::size_t data_begin = 0;
  const Json header = parse_header(path, bytes, data_begin);
  std::vector<NamedArray> arrays;
  for (const Entry& entry : checked_entries(path, header, bytes.size() - data_begin)) {
    std::vector<float> values((entry.end - entry.begin) / sizeof(float));
    if (!values.empty()) {
      std::memcpy(values.data(), bytes.data() + data_begin + entry.begin, entry.end - entry.begin);
    }
    NamedArray named{entry.name, Array(entry.shape)};
    std::copy(values.begin(), values.end(), named.array.data());
    arrays.push_back(std::move(named));
  }
  return arrays;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
