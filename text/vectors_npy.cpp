#include <tapegrad/text/vectors_npy.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/npy_header.hpp>
#include <tapegrad/text/npy_strings.hpp>
#include <tapegrad/text/vectors_header.hpp>

namespace tapegrad::detail {
namespace {

constexpr const char* words_name = "words.npy";
constexpr const char* vectors_name = "vectors.npy";

NumberType number_type(const std::string& path, const std::string& type) {
  if (type == "<f2") return NumberType::f16;
  if (type == "<f4") return NumberType::f32;
  if (type == "<f8") return NumberType::f64;
  throw FormatError(path, 0,
                    fmt::format("expected numbers of type <f4, <f8 or <f2, found {}", type));
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  LineReader reader(path);
  std::string_view line;
  while (reader.next(line)) lines.emplace_back(line);
  return lines;
}

/// The words beside a .npy.
std::vector<std::string> words_beside(const std::string& path) {
  std::string name = path;
  if (name.ends_with(".npy")) name.resize(name.size() - 4);
  for (const char* const ending : {".words.txt", ".txt"}) {
    if (std::filesystem::exists(name + ending)) return lines_of(name + ending);
  }
  throw FormatError(path, 0,
                    fmt::format("expected its words, one a line, in {0}.words.txt or {0}.txt, "
                                "found neither",
                                name));
}

}  // namespace

bool is_npz(const std::string& path) {
  if (!is_zip(path)) return false;
  const std::vector<std::string> names = zip_members(path);
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return has(words_name) && has(vectors_name);
}

bool is_npy(std::string_view head) {
  return head.starts_with("\x93NUMPY");
}

NpyVectors::NpyVectors(const std::string& path, Malformed policy, const ReadProgress& progress)
    : RowReader(std::make_unique<ByteReader>(InputPlace{path, vectors_name}, progress), policy),
      words_(read_npy_strings({path, words_name})) {
  read_header();
}

NpyVectors::NpyVectors(std::unique_ptr<ByteReader> bytes, Malformed policy)
    : RowReader(std::move(bytes), policy), words_(words_beside(path())) {
  read_header();
}

void NpyVectors::read_header() {
  while (rest().size() < max_npy_header && read_on()) {
  }
  const NpyHeader header = read_npy_header(path(), rest());
  type_ = number_type(path(), header.type);
  if (header.shape.size() != 2 || header.fortran_order) {
    throw FormatError(path(), 0,
                      fmt::format("expected an array [N, D] in C order, found {}{}",
                                  to_string(Shape(header.shape.begin(), header.shape.end())),
                                  header.fortran_order ? " in Fortran order" : ""));
  }
  if (header.shape[0] != words_.size()) {
    throw FormatError(path(), 0,
                      fmt::format("expected a word for each of {} vectors, found {}",
                                  header.shape[0], words_.size()));
  }
  set_width(header.shape[1]);
  check_width(path(), 0, width());
  take(header.size);
}

void NpyVectors::each_block(const WordFilter& wanted, const UseBlock& use) {
  const std::size_t row_size = width() * size_of(type_);
  std::size_t done = 0;
  do {
    std::vector<VectorRow> rows;
    for (; done < words_.size() && rest().size() >= row_size; take(row_size)) {
      rows.push_back({words_[done++], rest().data(), offset()});
    }
    hand_out_rows(rows, type_, wanted, use);
  } while (done < words_.size() && read_on());
  if (done < words_.size() && !rest().empty()) {
    leave_out_rest(fmt::format("expected {} bytes for {} numbers, found {}: is the file cut?",
                               row_size, width(), rest().size()),
                   use);
  }
  check_end(words_.size(), "the header");
}

}  // namespace tapegrad::detail
