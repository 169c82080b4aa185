// All programs, and a short run of each.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "made_up.hpp"
#include "program.hpp"

/// The names of all programs, from the list in CMakeLists.txt.
inline std::vector<std::string> programs() {
  std::istringstream names(TAPEGRAD_APPS);
  std::vector<std::string> all;
  for (std::string name; names >> name;) all.push_back(name);
  return all;
}

/// Made-up data and a model trained on it.
struct SmallRuns {
  MadeUp files;
  std::string model = files.directory / "model";
  std::string out = files.directory / "small";
  std::string pairs = files.directory.file("pairs.tsv", "one\t1\ntwo\t2\nthree\t3\nfour\t4\n");
  std::string words = files.directory.file("words.txt", "fine film\ndull film\n");

  SmallRuns() {
    const Finished trained = run("train_sentiment", training({"--out", model}));
    if (trained.code != 0) throw std::runtime_error(trained.err);
  }

  /// Arguments with which a program has done something in a second or so.
  std::vector<std::string> arguments(const std::string& program) const {
    if (program == "train_sentiment") return training({});
    if (program == "train_seq2seq") {
      return {"--train", pairs, "--dev", pairs, "--test", pairs, "--epochs", "1"};
    }
    if (program == "classify") return {model, words};
    if (program == "quantize") return {model, "--to", "int8", "--out", out};
    if (program == "similar_words") return {files.vectors, "film"};
    if (program == "padding_gradients") return {};
    throw std::logic_error("tests/apps/programs.hpp: name arguments for " + program);
  }

 private:
  std::vector<std::string> training(const std::vector<std::string>& more) const {
    std::vector<std::string> all = files.arguments({"--seeds", "1", "--embeddings", "finetune"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};
