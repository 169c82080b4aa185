// The hash of tables whose keys may come from strangers.
#pragma once

#include <cstdint>

namespace tapegrad::detail {

/// Two random numbers, the same for the whole process, so that nobody can choose keys that share
/// one place of a table, which would make filling it quadratic. So the places of keys differ from
/// run to run: no result may depend on them, and no file may keep them.
struct HashSeed {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};
const HashSeed& hash_seed();

/// Mixes all bits of a and b into all bits: the halves of a product of 128 bits, folded, as wyhash
/// does it (Wang Yi, 2019).
inline std::uint64_t seeded_hash(std::uint64_t a, std::uint64_t b, const HashSeed& seed) {
  __extension__ using Wide = unsigned __int128;  // not of ISO C++, but of GCC and Clang
  const Wide product = static_cast<Wide>(a ^ seed.first) * (b ^ seed.second);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace tapegrad::detail
