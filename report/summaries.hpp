// Many numbers as few.
#pragma once

#include <array>
#include <cstdint>
#include <tapegrad/report/record.hpp>
#include <vector>

namespace tapegrad {

/// So many equally wide bins from `least` to `most`; of equal ones, one bin that holds both. Values
/// outside do not count.
Histogram histogram(const std::vector<double>& values, double least, double most,
                    std::size_t bins = 40);

/// How often what comes most often, second most often, ... comes (Zipf): rank, from 1, and times.
/// At most `points` of the ranks whose times are above 0, the first and the last among them, in
/// about equal steps of their logarithm.
std::vector<std::array<std::uint64_t, 2>> times_by_rank(std::vector<std::uint64_t> times,
                                                        std::size_t points = 300);

/// The places of the `n` largest values, the largest first, of equals the earlier one. Values that
/// are not above 0 are left out.
std::vector<std::size_t> largest(const std::vector<double>& values, std::size_t n);

}  // namespace tapegrad
