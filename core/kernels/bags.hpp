// Bags of ids: which positions make up which bag.
#pragma once

#include <tapegrad/core/ops.hpp>
#include <vector>

namespace tapegrad {

/// Bag b is ids[starts[b]] .. ids[starts[b + 1] - 1]: B + 1 starts for both ways to give bags.
/// Throws ShapeError or IndexError, with the operation's name, where `bags` does not make sense.
std::vector<std::size_t> bag_starts(const char* operation, const Bags& bags);

/// Throws std::invalid_argument for a mode that is none, and for BagMode::max with
/// scale_grad_by_freq.
void check_bag_mode(const char* who, BagMode mode, bool scale_grad_by_freq);

inline namespace TAPEGRAD_PRECISION {

/// Throws std::invalid_argument for weights of other bags than sums, ShapeError for weights that do
/// not have the shape of the ids. They may be undefined.
void check_bag_weights(const char* operation, const Bags& bags, BagMode mode,
                       const Tensor& weights);

}  // namespace TAPEGRAD_PRECISION

}  // namespace tapegrad
