// Comparing arrays in a CHECK, which cannot take xtensor's own == apart.
#pragma once

#include <algorithm>
#include <cstring>
#include <tapegrad/core/array.hpp>

/// Same shape, same numbers.
inline bool same(const tapegrad::Array& a, const tapegrad::Array& b) {
  return a.shape() == b.shape() && std::equal(a.data(), a.data() + a.size(), b.data());
}

/// Same shape, same bits.
inline bool same_bits(const tapegrad::Array& a, const tapegrad::Array& b) {
  if (a.size() == 0 || b.size() == 0) return a.shape() == b.shape();  // memcmp wants no nullptr
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(tapegrad::Real)) == 0;
}
