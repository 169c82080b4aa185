#include <tapegrad/text/vectors_binary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <tapegrad/text/vectors_header.hpp>

namespace tapegrad::detail {
namespace {

constexpr std::size_t max_word = std::size_t{1} << 16U;  // bytes

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
}

bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

bool is_word2vec_binary(std::string_view head) {
  const std::size_t newline = head.find('\n');
  if (newline == std::string_view::npos) return false;
  const auto header = vector_header(head.substr(0, newline));
  if (!header) return false;
  head.remove_prefix(newline + 1);
  const std::size_t end = head.find('\n');
  const std::string_view whole = head.substr(0, end);
  // Of a very long line the head has a part, and of its last number too.
  std::string_view line = end == std::string_view::npos ? head.substr(0, head.rfind(' ')) : whole;
  while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
  if (numbers_at_end(line) >= std::min<std::size_t>(header->width, 2)) return false;
  const std::string_view numbers = whole.substr(std::min(whole.find(' '), whole.size()));
  return std::any_of(numbers.begin(), numbers.end(), is_beyond_ascii) ||
         std::any_of(head.begin(), head.end(), is_control);
}

BinaryVectors::BinaryVectors(std::unique_ptr<ByteReader> bytes, Malformed policy)
    : RowReader(std::move(bytes), policy) {
  while (rest().find('\n') == std::string_view::npos && read_on()) {
  }
  const std::size_t newline = rest().find('\n');
  const VectorHeader header = vector_header(rest().substr(0, newline)).value();
  check_width(path(), 1, header.width);
  count_ = header.count;
  set_width(header.width);
  take(newline + 1);
}

// False if the next entry is not all there.
bool BinaryVectors::take_row(VectorRow& row) {
  const std::string_view left = rest();
  const std::size_t word = left.starts_with('\n') ? 1 : 0;
  const std::size_t space = left.substr(0, word + max_word).find(' ', word);
  if (space == std::string_view::npos) return false;
  const std::size_t size = space + 1 + width() * sizeof(float);
  if (left.size() < size) return false;
  row = {left.substr(word, space - word), left.data() + space + 1, offset() + word};
  take(size);
  return true;
}

std::string BinaryVectors::what_is_cut() const {
  const std::size_t space = rest().substr(0, max_word).find(' ');
  if (space == std::string_view::npos) {
    return fmt::format("expected a word of at most {} bytes and a space, found no space in {}",
                       max_word, std::min(rest().size(), max_word));
  }
  return fmt::format("expected {} bytes for {} float32, found {}: is the file cut?",
                     width() * sizeof(float), width(), rest().size() - space - 1);
}

void BinaryVectors::each_block(const WordFilter& wanted, const UseBlock& use) {
  const std::size_t max_entry = 1 + max_word + width() * sizeof(float);
  std::size_t left = count_;
  while (left > 0) {
    std::vector<VectorRow> rows;
    VectorRow row;
    while (rows.size() < left && take_row(row)) rows.push_back(row);
    hand_out_rows(rows, NumberType::f32, wanted, use);
    left -= rows.size();
    if (left == 0 || rest().size() > max_entry || !read_on()) break;
  }
  if (left > 0 && !rest().empty() && rest() != "\n") leave_out_rest(what_is_cut(), use);
  check_end(count_, "the first line");
}

}  // namespace tapegrad::detail
