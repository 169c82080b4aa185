// The rows of a matrix that point nearly the same way as a vector: similar words.
#pragma once

#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {

/// A row, and the cosine of the angle between it and what it is a neighbour of.
struct Neighbour {
  Index row = 0;
  double cosine = 0;
};
/// The neighbours of each query, nearest first.
using NeighbourLists = std::vector<std::vector<Neighbour>>;

inline namespace TAPEGRAD_PRECISION {

/// Finds nearest rows by cosine, exactly: every row is looked at, in blocks of matrix products on
/// all threads, and what may be among the nearest is computed again in double. A result so depends
/// on the two vectors alone: neither on the number of threads, nor on what else is asked at the
/// same time. Of equal cosines the lower row comes first; a vector of zeros has cosine 0 with all
/// others.
///
///   const NeighbourSearch search(vectors.values);
///   search.nearest_to_rows({5}, 10);  // the ten words most similar to word 5
class NeighbourSearch {
 public:
  /// For the rows of vectors [N, D]. ShapeError for another shape; std::invalid_argument, with the
  /// row, for numbers that are not finite.
  explicit NeighbourSearch(Array vectors);

  /// The number of rows N.
  Index size() const { return static_cast<Index>(unit_.shape()[0]); }
  /// The rows scaled to length 1 [N, D]; rows of zeros are as they were.
  const Array& unit_rows() const { return unit_; }
  /// The cosine of the angle between two rows; IndexError for one out of range.
  double cosine(Index a, Index b) const;

  /// The k nearest rows of each query [Q, D]: fewer if there are no more. The rows excluded[q],
  /// in any order, are no neighbours of query q; without `excluded` all rows may be. ShapeError for
  /// another shape, or `excluded` of another length than Q; IndexError for an excluded row out of
  /// range; std::invalid_argument for a negative k and for queries with numbers that are not
  /// finite.
  NeighbourLists nearest(const Array& queries, Index k,
                         const std::vector<std::vector<Index>>& excluded = {}) const;
  /// The k nearest other rows of each of these rows. The rows `never` are no neighbours of any.
  /// Errors as in `nearest`, and IndexError for a row out of range.
  NeighbourLists nearest_to_rows(const std::vector<Index>& rows, Index k,
                                 const std::vector<Index>& never = {}) const;

 private:
  NeighbourLists nearest_to_units(const Array& queries, Index k,
                                  const std::vector<std::vector<Index>>& excluded) const;
  std::size_t width() const { return unit_.shape()[1]; }
  const Real* unit_row(Index row) const;

  Array unit_;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
