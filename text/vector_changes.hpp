// What changed between two sets of vectors of the same words: before and after a training.
#pragma once

#include <optional>
#include <tapegrad/text/neighbours.hpp>
#include <vector>

namespace tapegrad {

/// How a word's surroundings changed, and how far its vector moved.
struct VectorChange {
  Index shared = 0;  ///< how many of its nearest words are the same before and after
  /// Euclidean distance of the two vectors, and the cosine of the angle between them, if they have
  /// the same width. They tell a change only where one lies in the space of the other, as with
  /// vectors that a training began with; vectors of two trainings lie anyhow.
  std::optional<double> distance, cosine;
};

inline namespace TAPEGRAD_PRECISION {

/// Compares the rows of before [N, D] and after [N, E], which belong to the same words, by the k
/// nearest of these rows to each. Shared neighbours need no alignment of the two spaces. The lists
/// of neighbours are not kept: NeighbourSearch has them for who asks. ShapeError for other shapes;
/// errors as in NeighbourSearch.
std::vector<VectorChange> compare_vectors(const Array& before, const Array& after, Index k);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
