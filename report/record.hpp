// What a report shows of one training: numbers and words, ready to be written.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tapegrad/core/array.hpp>
#include <tapegrad/training/table_recorder.hpp>
#include <vector>

namespace tapegrad {

/// Counts of values: counts[i] lie in [edges[i], edges[i + 1]), in the last one those at its upper
/// edge too.
struct Histogram {
  std::vector<double> edges;
  std::vector<std::uint64_t> counts;
};

struct SimilarWord {
  std::string word;
  double cosine = 0;
};

/// A word among all words before training and after it; nearest first.
struct ChangedWord {
  std::string word;
  std::vector<SimilarWord> before, after;
  bool asked = false;  // for by name: ReportOptions::words
};

/// A text, what the model says of it, and how much each of its entries speaks for that.
struct JudgedText {
  struct Token {
    std::string text;
    double weight = 0;
  };
  std::vector<Token> tokens;
  std::size_t left_out = 0;  // further tokens: ReportOptions::most_tokens
  Index label = 0;
  Index predicted = 0;
  double probability = 0;  // of the predicted class
};

/// The N words below are the most frequent ones of training; after training is at the best epoch.
struct TrainingRecord {
  std::uint64_t seed = 0;
  std::size_t fold = 0;
  Index best_epoch = 0;
  PaddingProof padding = {};
  std::uint64_t first_step = 0;  // that was recorded: above 0 after a resume

  std::vector<std::string> words;     // [N]
  std::vector<Index> counts;          // [N] in train
  std::vector<bool> pretrained;       // [N]
  std::vector<Index> epochs;          // of the next three; 0: before training
  std::vector<Array> places;          // [N, 2] each: the plane in which the words spread most
  std::array<double, 2> explained{};  // the axes' shares of the variance
  std::vector<Predictions> alone;     // what the model says of each word as a whole text

  Array before, after;              // [N, D] their vectors
  std::vector<double> moved;        // [N] distance between them
  std::vector<double> norm_before;  // [N]
  std::vector<double> norm_after;
  std::vector<std::uint64_t> touched;  // [N] steps with a gradient of the row
  std::vector<double> gradient;        // [N] mean norm of these gradients, 0 without any

  // Of all rows of the table but that of padding.
  Histogram all_moved, all_norms_before, all_norms_after;
  /// Rank by steps with a gradient, from 1, and those steps, some ranks.
  std::vector<std::array<std::uint64_t, 2>> touched_by_rank;

  std::vector<GradientSummary> steps;
  std::vector<ChangedWord> changed;
  std::vector<std::vector<std::uint64_t>> confusion;  // [label][predicted] of the test texts
  std::vector<JudgedText> mistakes, right;            // the most certain ones
};

}  // namespace tapegrad
