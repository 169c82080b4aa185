// How much memory a piece of code takes: this program counts what operator new gives out.
#pragma once

#include <cstddef>

namespace allocation {

/// Bytes given out and not taken back.
std::size_t live();
/// The most of `live` since `restart`.
std::size_t peak();
void restart();

/// The most bytes that `act` has at one time, whether it throws or not.
template <class F>
std::size_t peak_of(F act) {
  restart();
  const std::size_t before = live();
  try {
    act();
  } catch (...) {
    // Whoever asks for the memory does not ask for the result.
  }
  return peak() - before;
}

}  // namespace allocation
