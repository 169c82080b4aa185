#include <tapegrad/text/seeded_hash.hpp>

#include <random>

namespace tapegrad::detail {

const HashSeed& hash_seed() {
  static const HashSeed seed = [] {
    std::random_device source;
    const auto draw = [&source] { return std::uint64_t{source()} << 32U | source(); };
    const std::uint64_t first = draw();
    return HashSeed{first, draw()};
  }();
  return seed;
}

}  // namespace tapegrad::detail
