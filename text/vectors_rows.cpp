#include <tapegrad/text/vectors_rows.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tapegrad::detail {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

constexpr std::size_t chunk_size = buffer_size(std::size_t{1} << 24U);
constexpr std::size_t first_chunk = buffer_size(std::size_t{1} << 20U);  // small files need no more

template <class T>
T load(const char* bytes) {
  T value{};
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

Real from_half(std::uint16_t bits) {
  const std::uint32_t magnitude = bits & 0x7FFFU;
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  constexpr std::uint32_t smallest_normal = 0x400;
  constexpr std::uint32_t infinity = 0x7C00;
  constexpr std::uint32_t bias = 127 - 15;  // between the exponents
  if (magnitude > infinity) return std::nanf("");
  if (magnitude == infinity) return sign == 0 ? HUGE_VALF : -HUGE_VALF;
  if (magnitude >= smallest_normal) {
    return std::bit_cast<float>(sign | ((magnitude << 13U) + (bias << 23U)));
  }
  const Real value = std::ldexp(static_cast<Real>(magnitude), -24);
  return sign == 0 ? value : -value;
}

void convert(const char* from, std::size_t width, NumberType type, Real* to) {
  if (type == NumberType::f32) {
    std::memcpy(to, from, width * sizeof(Real));
    return;
  }
  const std::size_t size = size_of(type);
  for (std::size_t i = 0; i < width; ++i) to[i] = number_at(from + i * size, type);
}

void add_row(const VectorRow& row, std::size_t width, NumberType type, const WordFilter& wanted,
             VectorBlock& block) {
  check_word(row.word);
  if (!wanted(row.word)) return;
  block.words.push_back(row.word);
  block.values.resize(block.values.size() + width);
  const Real* const values = block.values.data() + block.values.size() - width;
  convert(row.numbers, width, type, block.values.data() + block.values.size() - width);
  const Real* const bad =
      std::find_if(values, values + width, [](Real x) { return !std::isfinite(x); });
  if (bad == values + width) return;
  block.bad.push_back(
      {block.words.size() - 1, block.entries,
       fmt::format("at byte {}: expected a finite number as value {} of {} of \"{:.40}\", found {}",
                   row.offset, bad - values + 1, width, row.word, *bad)});
}

VectorBlock parse_rows(const VectorRow* rows, std::size_t count, std::size_t width, NumberType type,
                       const WordFilter& wanted, Malformed policy) {
  VectorBlock block;
  for (std::size_t i = 0; i < count; ++i) {
    ++block.entries;
    try {
      add_row(rows[i], width, type, wanted, block);
    } catch (const BadEntry& bad) {
      const BadEntry placed(bad.flaw, fmt::format("at byte {}: {}", rows[i].offset, bad.what()));
      if (!take_bad_entry(block, placed, policy)) break;
    }
  }
  return block;
}

}  // namespace

std::size_t size_of(NumberType type) {
  if (type == NumberType::f16) return 2;
  return type == NumberType::f32 ? 4 : 8;
}

Real number_at(const char* bytes, NumberType type) {
  if (type == NumberType::f16) return from_half(load<std::uint16_t>(bytes));
  if (type == NumberType::f32) return load<float>(bytes);
  return static_cast<Real>(load<double>(bytes));
}

RowReader::RowReader(std::unique_ptr<ByteReader> bytes, Malformed policy)
    : VectorReader(bytes->path(), policy), bytes_(std::move(bytes)), buffer_(first_chunk, '\0') {}

bool RowReader::read_on() {
  const bool grow = end_ == buffer_.size() && (begin_ == 0 || buffer_.size() < chunk_size);
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  offset_ += begin_;
  end_ -= begin_;
  begin_ = 0;
  if (grow) buffer_.resize(2 * buffer_.size());
  const std::size_t got = bytes_->read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  return got > 0;
}

void RowReader::hand_out_rows(const std::vector<VectorRow>& rows, NumberType type,
                              const WordFilter& wanted, const UseBlock& use) {
  const std::size_t rows_a_block = std::max<std::size_t>(1, (std::size_t{1} << 17U) / width());
  std::vector<VectorBlock> blocks((rows.size() + rows_a_block - 1) / rows_a_block);
  parallel_for(blocks.size(), [&](std::size_t i) {
    const std::size_t begin = i * rows_a_block;
    const std::size_t count = std::min(rows_a_block, rows.size() - begin);
    blocks[i] = parse_rows(rows.data() + begin, count, width(), type, wanted, policy());
  });
  hand_out(blocks, use);
}

void RowReader::fail(std::size_t number, const std::string& message) const {
  throw FormatError(path(), 0, fmt::format("entry {}: {}", number, message));
}

void RowReader::leave_out_rest(const std::string& message, const UseBlock& use) {
  std::vector<VectorBlock> last(1);
  last[0].entries = 1;
  const BadEntry bad(Flaw::shape, fmt::format("at byte {}: {}", offset(), message));
  rest_is_left_out_ = take_bad_entry(last[0], bad, policy());
  hand_out(last, use);
}

void RowReader::check_end(std::size_t announced, const char* header) {
  check_count(announced, header);
  if (numbered() < announced || rest_is_left_out_) return;
  while (rest().size() < 2 && read_on()) {
  }
  if (rest().empty() || rest() == "\n") return;
  complain(fmt::format("expected the end of the file after {} words, found more at byte {}",
                       announced, offset()));
}

}  // namespace tapegrad::detail
