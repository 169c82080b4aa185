// max_norm: lookups that keep the rows of their table inside a ball.
#pragma once

#include <optional>
#include <tapegrad/core/tensor.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Throws std::invalid_argument, naming the operation or layer, when max_norm or norm_type is not
/// above 0, or the table is no parameter. Without max_norm all is well.
void check_max_norm(const char* who, const Tensor& table, std::optional<double> max_norm,
                    double norm_type);

/// Scales those of these rows whose norm is above max_norm by max_norm / (norm + 1e-7), as PyTorch
/// does. What is frozen stays as it is; `rows` are strictly increasing and do not lag. The version
/// is raised if a row was changed.
void limit_norms(Leaf& table, const std::vector<Index>& rows, double max_norm, double norm_type);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
