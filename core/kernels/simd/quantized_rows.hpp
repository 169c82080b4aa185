// Sums of the rows of quantized tables, which become numbers in registers. See vectors.hpp for the
// rules of this folder, QuantizedTable for how rows lie.
#pragma once

#include <tapegrad/core/kernels/simd/sum_rows.hpp>
// The instructions that make numbers of bytes: GCC does not find them by itself.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Byte = std::uint8_t;
using Half = std::uint16_t;  // the bits of one
using Bytes16 [[gnu::vector_size(16)]] = Byte;

// The n bytes at `from`, a power of two, and zeros.
template <std::size_t n>
[[gnu::always_inline]] inline Bytes16 load_bytes(const Byte* from) {
  using Words [[gnu::vector_size(16)]] = std::uint64_t;
  Words words = {};
  if constexpr (n == 16) {
    __builtin_memcpy(&words, from, 16);
  } else {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, from, n);
    words = Words{word, 0};
  }
  return reinterpret_cast<Bytes16>(words);
}

// The first bytes as numbers.
template <class V>
[[gnu::always_inline]] inline V numbers_of(const Bytes16& bytes) {
#if defined(__x86_64__) && !defined(TAPEGRAD_DOUBLE)
  [[maybe_unused]] const auto b = reinterpret_cast<__m128i>(bytes);
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(b));
#endif
#if defined(__AVX2__)
  if constexpr (sizeof(V) == 32) return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(b));
#endif
  if constexpr (sizeof(V) == 16) {
    const __m128i zeros = _mm_setzero_si128();
    return _mm_cvtepi32_ps(_mm_unpacklo_epi16(_mm_unpacklo_epi8(b, zeros), zeros));
  }
#endif
  V v;
  if constexpr (lanes<V> == 1) {
    v = static_cast<Real>(bytes[0]);
  } else {
    for (std::size_t i = 0; i < lanes<V>; ++i) v[i] = static_cast<Real>(bytes[i]);
  }
  return v;
}

// What is said of codes of 8 and 4 bits alike: behind them stand the scale and the zero point.
class ScaledRows {
 public:
  // A row is a quarter of one of Real, or less: more of them are on their way at a time.
  static constexpr std::size_t ahead = 32;

  ScaledRows(const QuantizedRows& rows, std::size_t code_bytes)
      : rows_(rows), code_bytes_(code_bytes) {}

  [[gnu::always_inline]] const Byte* row(Index number) const {
    return rows_.from + static_cast<std::size_t>(number) * rows_.row_bytes;
  }
  // The whole row: of most tables that is a few lines.
  template <class V, std::size_t count>
  [[gnu::always_inline]] void prefetch(const Byte* row, const Columns& /*columns*/) const {
    constexpr std::size_t line = 64;
    for (std::size_t at = 0; at < rows_.row_bytes; at += line) __builtin_prefetch(row + at);
    __builtin_prefetch(row + rows_.row_bytes - 1);
  }

 protected:
  // What the row's numbers q stand for.
  struct Scale {
    Real scale, zero;
    template <class V>
    [[gnu::always_inline]] V operator()(const V& q) const {
      return q * scale + zero;
    }
  };
  [[gnu::always_inline]] Scale scale(const Byte* row) const {
    float scale, zero;
    __builtin_memcpy(&scale, row + code_bytes_, sizeof scale);
    __builtin_memcpy(&zero, row + code_bytes_ + sizeof scale, sizeof zero);
    return {static_cast<Real>(scale), static_cast<Real>(zero)};
  }

 private:
  QuantizedRows rows_;
  std::size_t code_bytes_;
};

class Int8Rows : public ScaledRows {
 public:
  Int8Rows(const QuantizedRows& rows, std::size_t width) : ScaledRows(rows, width) {}

  template <class V>
  [[gnu::always_inline]] auto numbers(const Byte* row) const {
    return [row, scaled = scale(row)](std::size_t column, bool /*any*/ = false) {
      return scaled(numbers_of<V>(load_bytes<lanes<V>>(row + column)));
    };
  }
};

class Int4Rows : public ScaledRows {
 public:
  Int4Rows(const QuantizedRows& rows, std::size_t width) : ScaledRows(rows, (width + 1) / 2) {}

  template <class V>
  [[gnu::always_inline]] auto numbers(const Byte* row) const {
#if defined(__AVX512F__) && !defined(TAPEGRAD_DOUBLE)
    if constexpr (sizeof(V) == 64) {
      // A register holds all numbers that there are in the row.
      const V all = scale(row)(V{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
      return [row, all](std::size_t column, bool any = false) -> V {
        const __m512i bytes = _mm512_cvtepu8_epi64(
            _mm_cvtsi64_si128(static_cast<std::int64_t>(codes<16>(row, column, any))));
        // Two lanes a byte; of a lane the lowest four bits count.
        const __m512i lanes = _mm512_or_si512(bytes, _mm512_slli_epi64(bytes, 28));
        return _mm512_permutexvar_ps(lanes, all);
      };
    } else
#endif
    {
      return [row, scaled = scale(row)](std::size_t column, bool any = false) {
        return scaled(numbers_of_codes<V>(codes<lanes<V>>(row, column, any)));
      };
    }
  }

 private:
  // The n codes from a column on, the first lowest.
  template <std::size_t n>
  [[gnu::always_inline]] static std::uint64_t codes(const Byte* row, std::size_t column, bool any) {
    constexpr std::size_t bytes = (n + 1) / 2;
    const Byte* at = row + column / 2;
    std::uint64_t word = 0;
    __builtin_memcpy(&word, at, bytes);
    if (!any || column % 2 == 0) return word;
    // Behind the codes there is the scale: a byte more can always be read.
    return word >> 4U | static_cast<std::uint64_t>(at[bytes]) << (8 * bytes - 4);
  }

  template <class V>
  [[gnu::always_inline]] static V numbers_of_codes(std::uint64_t codes) {
#if defined(__AVX2__) && !defined(TAPEGRAD_DOUBLE)
    if constexpr (sizeof(V) == 32) {
      const __m256i word = _mm256_set1_epi32(static_cast<std::int32_t>(codes));
      const __m256i lanes = _mm256_srlv_epi32(word, _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
      return _mm256_cvtepi32_ps(_mm256_and_si256(lanes, _mm256_set1_epi32(15)));
    }
#endif
    using Words [[gnu::vector_size(16)]] = std::uint64_t;
    const auto bytes = reinterpret_cast<Bytes16>(Words{codes, 0});
    const Bytes16 even = bytes & Byte{15}, odd = bytes >> 4;
    return numbers_of<V>(
        __builtin_shufflevector(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  }
};

// The number of these bits, which are not those of an infinity or NaN: those of the exponent and
// the fraction are a float that is 2^112 times too small.
[[gnu::always_inline]] inline float number_of(Half half) {
  const std::uint32_t bits = (half & 0x7FFFU) << 13U;
  float number;
  __builtin_memcpy(&number, &bits, sizeof number);
  number *= 0x1p112F;
  return (half & 0x8000U) == 0 ? number : -number;
}

template <class V>
[[gnu::always_inline]] inline V load_halves(const Half* from) {
#if defined(__x86_64__) && !defined(TAPEGRAD_DOUBLE)
  [[maybe_unused]] const auto* vector = reinterpret_cast<const __m128i*>(from);
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
#endif
#if defined(__F16C__)
  if constexpr (sizeof(V) == 32) return _mm256_cvtph_ps(_mm_loadu_si128(vector));
#endif
  if constexpr (sizeof(V) == 16) {
    // As number_of does it.
    using Bits [[gnu::vector_size(16)]] = std::int32_t;
    const auto bits =
        reinterpret_cast<Bits>(_mm_unpacklo_epi16(_mm_loadl_epi64(vector), _mm_setzero_si128()));
    const V numbers = reinterpret_cast<V>((bits & 0x7FFF) << 13) * 0x1p112F;
    return reinterpret_cast<V>(reinterpret_cast<Bits>(numbers) | (bits & 0x8000) << 16);
  }
#endif
  V v;
  if constexpr (lanes<V> == 1) {
    v = static_cast<Real>(number_of(*from));
  } else {
    for (std::size_t i = 0; i < lanes<V>; ++i) v[i] = static_cast<Real>(number_of(from[i]));
  }
  return v;
}

class Float16Rows {
 public:
  static constexpr std::size_t ahead = 24;

  Float16Rows(const QuantizedRows& rows, std::size_t width)
      : from_(reinterpret_cast<const Half*>(rows.from)), width_(width) {}

  [[gnu::always_inline]] const Half* row(Index number) const {
    return from_ + static_cast<std::size_t>(number) * width_;
  }
  template <class V, std::size_t count>
  [[gnu::always_inline]] void prefetch(const Half* row, const Columns& columns) const {
    constexpr std::size_t line = 64 / sizeof(Half);
    for (std::size_t at = columns.column; at < columns.last + lanes<V>; at += line) {
      __builtin_prefetch(row + at);
    }
    __builtin_prefetch(row + columns.last + lanes<V> - 1);
  }
  template <class V>
  [[gnu::always_inline]] auto numbers(const Half* row) const {
    return [row](std::size_t column, bool /*any*/ = false) { return load_halves<V>(row + column); };
  }

 private:
  const Half* from_;
  std::size_t width_;
};

// The rows of places begin .. end-1, of at least one vector.
template <class V, class Rows>
void copy_rows(const Rows& table, const RowSums& all, std::size_t begin, std::size_t end) {
  const Rows from = table;  // copies, as in sum_vectors
  const RowSums sums = all;
  const std::size_t last = sums.width - lanes<V>;
  for (std::size_t place = begin; place < end; ++place) {
    if (place + Rows::ahead < end) {
      from.template prefetch<V, 1>(from.row(sums.rows[place + Rows::ahead]), {0, last});
    }
    const auto numbers = from.template numbers<V>(from.row(sums.rows[place]));
    Real* to = sums.to + place * sums.width;
    for (std::size_t column = 0; column < last; column += lanes<V>) {
      store(to + column, numbers(column));
    }
    store(to + last, numbers(last, true));
  }
}

// The same, for rows narrower than a register too: with vectors of half the size.
template <std::size_t bytes, class Rows>
void copy_rows_of(const Rows& rows, const RowSums& sums, std::size_t begin, std::size_t end) {
  if constexpr (bytes >= sizeof(Real)) {
    if (sums.width < bytes / sizeof(Real)) {
      copy_rows_of<bytes / 2>(rows, sums, begin, end);
    } else {
      copy_rows<Vector<bytes>>(rows, sums, begin, end);
    }
  }
}

template <class Rows>
void sum_quantized_rows(const RowSums& sums, const QuantizedRows& rows, std::size_t begin,
                        std::size_t end) {
  const Rows table(rows, sums.width);
  if (sums.starts == nullptr) {
    copy_rows_of<register_bytes>(table, sums, begin, end);
  } else {
    sum_all(table, sums, begin, end);
  }
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
