// Made-up texts with the word frequencies of real ones, and what the steps share.
#pragma once

#include <cstddef>
#include <string>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/optim/optimizer.hpp>
#include <vector>

#include "step.hpp"

namespace bench {

namespace tg = tapegrad;

/// How many batches are made and then taken in turn.
constexpr std::size_t batches = 16;

/// One batch of texts, padded and flat.
struct Texts {
  tg::IndexArray ids;     // [B, L], 0 behind the end of a text
  tg::Bags bags;          // the same without padding
  tg::IndexArray labels;  // [B], 0 or 1
};

/// `batches` batches of `items` texts: lengths uniform in [length / 8, length], ids in 1 .. rows-1
/// with probability proportional to 1 / id (Zipf's law).
std::vector<Texts> zipf_texts(std::size_t rows, std::size_t items, std::size_t length);

/// How many ids a batch has on average, padding left out; and how many different ones.
double mean_ids(const std::vector<Texts>& texts);
double mean_unique_ids(const std::vector<Texts>& texts);

/// An array of random numbers in [-0.05, 0.05); drawn faster than normal ones, and never denormal.
tg::Array random_array(const tg::Shape& shape);

/// The values of a loop 0, 1, ..., n-1, 0, 1, ...
class Cycle {
 public:
  explicit Cycle(std::size_t n) : n_(n) {}
  std::size_t next() { return count_++ % n_; }

 private:
  std::size_t n_;
  std::size_t count_ = 0;
};

/// Row policies by their names, for "rows=...".
tg::RowPolicy row_policy(const std::string& name);

}  // namespace bench
