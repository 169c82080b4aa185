// Files of made-up reviews and word vectors.
#pragma once

#include <algorithm>
#include <string>
#include <tapegrad/core/rng.hpp>
#include <vector>

#include <temporary.hpp>

/// Train, dev and test files of 40, 8 and 16 texts "LABEL text", and vectors of width 4 of most of
/// their words.
struct MadeUp {
  TemporaryDirectory directory;
  std::string train = directory.file("train.txt", texts(40, 1));
  std::string dev = directory.file("dev.txt", texts(8, 2));
  std::string test = directory.file("test.txt", texts(16, 3));
  std::string vectors = directory.file("vectors.txt",
                                       "film 0.1 0.2 -0.1 0.3\n"
                                       "dull -0.5 0.1 0.2 0.1\n"
                                       "poor -0.4 0.3 0.1 -0.1\n"
                                       "weak -0.6 0 0.2 0.2\n"
                                       "fine 0.5 0.1 0.2 0.3\n"
                                       "nice 0.4 -0.2 0.1 0.1\n"
                                       "other 1 2 3 4\n");

  /// A short training on these files, with other values of its options and more options: no option
  /// may be given twice.
  std::vector<std::string> arguments(const std::vector<std::string>& changes = {}) const {
    std::vector<std::string> all = {"--train", train,       "--dev",  dev,         "--test",
                                    test,      "--vectors", vectors,  "--epochs",  "3",
                                    "--batch", "8",         "--form", "label-text"};
    for (std::size_t i = 0; i + 1 < changes.size(); i += 2) {
      const auto option = std::find(all.begin(), all.end(), changes[i]);
      if (option != all.end()) {
        *(option + 1) = changes[i + 1];
      } else {
        all.insert(all.end(), {changes[i], changes[i + 1]});
      }
    }
    return all;
  }

  static std::string texts(int n, std::uint64_t seed) {
    const std::vector<std::vector<std::string>> words = {{"dull", "poor", "weak"},
                                                         {"fine", "nice", "great"}};
    tapegrad::Rng rng(seed);
    std::string all;
    for (int i = 0; i < n; ++i) {
      const std::size_t label = i % 2 == 0 ? 0 : 1;
      const std::size_t liked = rng.below(8) > 0 ? label : 1 - label;
      all += label == 0 ? "bad" : "good";
      all += " a film, " + words[liked][rng.below(3)] + " and " + words[label][rng.below(3)] + "\n";
    }
    return all;
  }
};
