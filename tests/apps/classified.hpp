// Models of each kind that train_sentiment has trained, for the tests of classify.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <tapegrad/core/files.hpp>
#include <vector>

#include "made_up.hpp"
#include "program.hpp"

using Strings = std::vector<std::string>;

inline Strings split(const std::string& text, char separator) {
  Strings all;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) all.push_back(part);
  return all;
}
inline Strings lines(const std::string& text) {
  return split(text, '\n');
}

// Models of each kind, trained once by the program.
struct ClassifiedModels {
  MadeUp files;
  TemporaryDirectory directory;

  ClassifiedModels() {
    train("bag", {});
    train("mean", {"--model", "mean", "--hidden", "3"});
    train("cnn", {"--model", "cnn", "--filter-widths", "2,3", "--filters", "3"});
    train("ngrams", {"--ngrams", "2", "--ngram-min-count", "1"});
  }
  void train(const std::string& name, Strings more) const {
    more.insert(more.end(),
                {"--out", directory / name, "--predictions", directory / (name + ".p"),
                 "--embeddings", "finetune", "--seeds", "1", "--epochs", "20", "--lr", "0.03"});
    const Finished done = run("train_sentiment", files.arguments(more));
    if (done.code != 0) throw std::runtime_error(done.err);
  }
  std::string operator[](const std::string& name) const { return directory / name; }
};

inline const ClassifiedModels& models() {
  static const ClassifiedModels all;
  return all;
}

inline Finished classify(const std::string& model, Strings arguments,
                         const std::string& input = {}) {
  arguments.insert(arguments.begin(), models()[model]);
  return run("classify", arguments, input);
}

// The texts of the test file, without their labels.
inline std::string test_texts() {
  std::string texts;
  for (const auto& line : lines(tapegrad::read_file(models().files.test))) {
    texts += line.substr(line.find(' ') + 1) + "\n";
  }
  return texts;
}

constexpr const char* classified_kinds[] = {"bag", "mean", "cnn", "ngrams"};
