// Random numbers that depend on nothing but a seed and a position: the same on every machine, in
// every thread, in every order of asking.
#pragma once

#include <cstdint>
#include <utility>

namespace tapegrad {

/// A counter-based generator (SplitMix64: Steele, Lea and Flood, OOPSLA 2014). The n-th number is a
/// function of the seed and n alone, so it can be asked for out of order (`at`), and `split` gives
/// independent generators for (seed, epoch), (seed, step, call) and the like. A value type: copying
/// it copies the position.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : key_(mix(seed ^ 0x9E3779B97F4A7C15U)) {}

  /// The generator of the sub-stream `stream`; does not move this one.
  Rng split(std::uint64_t stream) const { return Rng(key_ ^ mix(stream + 0x2545F4914F6CDD1DU)); }

  /// The n-th 64 random bits, whatever was drawn before.
  std::uint64_t at(std::uint64_t n) const { return mix(key_ + (n + 1) * 0x9E3779B97F4A7C15U); }

  /// Generators with one key give the same numbers.
  std::uint64_t key() const { return key_; }

  /// The next 64 random bits.
  std::uint64_t next() { return at(count_++); }
  /// Uniform in [0, 1).
  double uniform() { return to_unit(next()); }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Normal with mean 0 and deviation 1 (Box-Muller; uses two numbers).
  double normal();
  /// Uniform in 0 .. n-1; n must be positive. The bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n);

  /// How many numbers were drawn; `seek` goes back to such a position.
  std::uint64_t position() const { return count_; }
  void seek(std::uint64_t position) { count_ = position; }

  /// 64 random bits as a number in [0, 1) with 53 bits.
  static double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1p-53; }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  std::uint64_t key_;
  std::uint64_t count_ = 0;
};

/// Puts the elements of a vector-like container into random order (Fisher-Yates).
template <class Container>
void shuffle(Container& items, Rng& rng) {
  for (auto left = static_cast<std::uint64_t>(items.size()); left > 1; --left) {
    using std::swap;
    swap(items[left - 1], items[rng.below(left)]);
  }
}

}  // namespace tapegrad
