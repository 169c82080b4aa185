// What the tests of core/kernels/simd share: numbers, and runs on every instruction set.
#pragma once

#include <catch2/catch.hpp>
#include <cstring>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd_level.hpp>
#include <tapegrad/core/rng.hpp>
#include <vector>

namespace tg = tapegrad;

using Numbers = std::vector<tg::Real>;

// Whole and part vectors of every width.
inline const std::vector<std::size_t> widths{0,  1,  2,  3,  4,  7,   8,   15,
                                             16, 17, 31, 33, 63, 100, 129, 300};

inline Numbers random(std::size_t n, std::uint64_t seed) {
  Numbers x(n);
  tg::Rng rng(seed);
  for (tg::Real& v : x) v = static_cast<tg::Real>(rng.uniform(-1, 1));
  return x;
}

inline bool same_bits(const Numbers& a, const Numbers& b) {
  if (a.empty() || b.empty()) return a.size() == b.size();
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(tg::Real)) == 0;
}

// What run() gives with plain code, then with each instruction set; the best is in use afterwards.
template <class F>
std::vector<Numbers> on_every_level(const F& run) {
  std::vector<Numbers> results;
  for (const tg::SimdLevel level : tg::simd_levels()) {
    tg::set_simd_level(level);
    results.push_back(run());
  }
  return results;
}

template <class F>
Numbers same_on_every_level(const F& run) {
  const std::vector<Numbers> results = on_every_level(run);
  for (const Numbers& result : results) REQUIRE(same_bits(result, results[0]));
  return results[0];
}
