// What a forward pass is told: whether it trains, and which random numbers it draws.
#pragma once

#include <cstdint>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {

/// Passed to layers that behave differently in training (Dropout). Random masks are a function of
/// (seed, step, call): `call` counts the draws made with this context, so make one context for each
/// forward pass, or use one for many and let it count on. Not to be shared between threads.
struct Context {
  bool training = false;
  std::uint64_t seed = 0;
  std::uint64_t step = 0;

  mutable std::uint64_t calls = 0;

  /// The generator of the next random draw.
  Rng next_rng() const { return Rng(seed).split(step).split(calls++); }
};

}  // namespace tapegrad
