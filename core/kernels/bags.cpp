#include <tapegrad/core/kernels/bags.hpp>

#include <fmt/core.h>

#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad {
namespace {

// Offsets that were left out are a default-constructed array, which has no dimensions.
bool given(const IndexArray& offsets) {
  return offsets.dimension() > 0;
}

std::vector<std::size_t> starts_of_rows(const char* operation, const Bags& bags) {
  if (given(bags.offsets) || bags.include_last_offset) {
    throw ShapeError(
        fmt::format("{}: ids has shape {}, whose rows are the bags: offsets and "
                    "include_last_offset must be left out",
                    operation, to_string(bags.ids.shape())));
  }
  const std::size_t length = bags.ids.shape()[1];
  std::vector<std::size_t> starts(bags.ids.shape()[0] + 1);
  for (std::size_t b = 0; b < starts.size(); ++b) starts[b] = b * length;
  return starts;
}

[[noreturn]] void wrong_offset(const char* operation, std::size_t position, Index offset,
                               const std::string& why) {
  throw IndexError(fmt::format("{}: offsets[{}] is {}, {}", operation, position, offset, why));
}

void check_offsets(const char* operation, const Bags& bags) {
  const auto n = static_cast<Index>(bags.ids.size());
  const std::size_t count = bags.offsets.size();
  const Index* offsets = bags.offsets.data();
  if (count == 0) {
    if (n == 0 && !bags.include_last_offset) return;
    throw IndexError(fmt::format("{}: offsets is empty, it must begin with 0 ({} ids{})", operation,
                                 n, bags.include_last_offset ? ", include_last_offset" : ""));
  }
  if (offsets[0] != 0) wrong_offset(operation, 0, offsets[0], "must be 0");
  for (std::size_t b = 1; b < count; ++b) {
    if (offsets[b] < offsets[b - 1]) {
      wrong_offset(operation, b, offsets[b],
                   fmt::format("less than offsets[{}], which is {}", b - 1, offsets[b - 1]));
    }
    if (offsets[b] > n) {
      wrong_offset(operation, b, offsets[b], fmt::format("more than the number of ids, {}", n));
    }
  }
  if (bags.include_last_offset && offsets[count - 1] != n) {
    wrong_offset(operation, count - 1, offsets[count - 1],
                 fmt::format("the last, must be the number of ids, {} (include_last_offset)", n));
  }
}

}  // namespace

std::vector<std::size_t> bag_starts(const char* operation, const Bags& bags) {
  if (bags.ids.dimension() == 2) return starts_of_rows(operation, bags);
  check_shape(bags.ids.dimension() == 1, operation, "ids", bags.ids.shape(),
              "[B, L], or [N] with offsets");
  check_shape(bags.offsets.dimension() == 1, operation, "offsets", bags.offsets.shape(),
              given(bags.offsets) ? "[B]" : "[B] for ids of one dimension");
  check_offsets(operation, bags);
  std::vector<std::size_t> starts(bags.offsets.begin(), bags.offsets.end());
  if (!bags.include_last_offset) starts.push_back(bags.ids.size());
  return starts;
}

void check_bag_mode(const char* who, BagMode mode, bool scale_grad_by_freq) {
  if (mode != BagMode::sum && mode != BagMode::mean && mode != BagMode::max) {
    throw std::invalid_argument(
        fmt::format("{}: mode {} is not one of sum, mean, max", who, static_cast<int>(mode)));
  }
  if (mode == BagMode::max && scale_grad_by_freq) {
    throw std::invalid_argument(
        fmt::format("{}: scale_grad_by_freq is for BagMode::sum and mean only", who));
  }
}

inline namespace TAPEGRAD_PRECISION {

void check_bag_weights(const char* operation, const Bags& bags, BagMode mode,
                       const Tensor& weights) {
  if (!weights.defined()) return;
  if (mode != BagMode::sum) {
    throw std::invalid_argument(fmt::format("{}: weights are for BagMode::sum only", operation));
  }
  check_shape(weights.shape() == bags.ids.shape(), operation, "weights", weights.shape(),
              to_string(bags.ids.shape()) + ", as the ids have,");
}

}  // namespace TAPEGRAD_PRECISION

}  // namespace tapegrad
