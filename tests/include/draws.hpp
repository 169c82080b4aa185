// Property tests: what must hold for every input, checked on many random ones.
#pragma once

#include <catch2/catch.hpp>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/rng.hpp>

/// Calls property(rng) `count` times, each with a generator of its own. A failure tells its seed:
/// `for_each_draw(1, property, seed)` repeats that draw alone.
template <class Property>
void for_each_draw(int count, Property property, std::uint64_t first_seed = 1) {
  for (int i = 0; i < count; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    INFO("draw with seed " << seed);
    tapegrad::Rng rng(seed);
    property(rng);
  }
}

/// A size in least .. most.
inline std::size_t random_size(std::size_t least, std::size_t most, tapegrad::Rng& rng) {
  return least + static_cast<std::size_t>(rng.below(most - least + 1));
}

/// Numbers in [-1, 1). (Not inlined, as GCC 12 then takes shapes for uninitialized.)
[[gnu::noinline]] inline tapegrad::Array random_array(const tapegrad::Shape& shape,
                                                      tapegrad::Rng& rng) {
  tapegrad::Array a(shape);
  for (tapegrad::Real& x : a) x = static_cast<tapegrad::Real>(rng.uniform(-1.0, 1.0));
  return a;
}

/// The same from a generator with this seed.
inline tapegrad::Array random_array(const tapegrad::Shape& shape, std::uint64_t seed) {
  tapegrad::Rng rng(seed);
  return random_array(shape, rng);
}

/// Ids in 0 .. rows-1; there must be rows, or no ids.
[[gnu::noinline]] inline tapegrad::IndexArray random_ids(const tapegrad::Shape& shape,
                                                         std::size_t rows, tapegrad::Rng& rng) {
  tapegrad::IndexArray ids(shape);
  for (tapegrad::Index& id : ids) id = static_cast<tapegrad::Index>(rng.below(rows));
  return ids;
}
