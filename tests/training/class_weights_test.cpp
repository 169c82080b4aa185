#include <catch2/catch.hpp>
#include <tapegrad/training/class_weights.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::parse_class_weights;
using Weights = std::vector<double>;

namespace {

// Three of bad, one of good; the label "odd" is known from test only.
const tapegrad::Corpus corpus =
    tiny::corpus({{"bad", "a"}, {"bad", "b"}, {"good", "c"}, {"bad", "d"}}, {{"good", "e"}},
                 {{"odd", "f"}, {"good", "g"}});

std::string weights_error(const std::string& text) {
  return error_of<std::invalid_argument>([&] { parse_class_weights(text, corpus); });
}

}  // namespace

TEST_CASE("no text gives no class weights") {
  CHECK(parse_class_weights("", corpus).empty());
}

TEST_CASE("balanced weights are N / (C n) by the training texts alone") {
  // As scikit-learn's compute_class_weight("balanced"): 4 / (2 * 3) and 4 / (2 * 1).
  CHECK(parse_class_weights("balanced", corpus) == Weights{4.0 / 6, 2.0});
}

TEST_CASE("labels left out of the class weights have 1") {
  CHECK(parse_class_weights("good=2.5", corpus) == Weights{1, 2.5});
  CHECK(parse_class_weights("good=2.5,bad=1e-3", corpus) == Weights{1e-3, 2.5});
}

TEST_CASE("a label with an equals sign in its name can have a weight") {
  CHECK(parse_class_weights("a=b=3", tiny::corpus({{"a=b", "x"}, {"c", "y"}})) == Weights{3, 1});
}

TEST_CASE("a class weight that is no number above 0 is an error") {
  for (const std::string part :
       {"good=0", "good=-1", "good=", "good=x", "good=1x", "good= 1", "good=nan", "good=inf"}) {
    CHECK(weights_error("bad=1," + part) ==
          "class-weights: \"" + part + "\" has no number above 0 after =");
  }
}

TEST_CASE("a weight of a label that train does not know is an error with those it knows") {
  CHECK(weights_error("goood=1") == "class-weights: label \"goood\" is not one of bad, good");
  CHECK(weights_error("odd=1") == "class-weights: label \"odd\" is not one of bad, good");
}

TEST_CASE("a class weight without a label is an error that says what is wanted") {
  CHECK(weights_error("2,1") ==
        "class-weights: \"2\" is not LABEL=WEIGHT (nor is the whole \"balanced\")");
  CHECK(weights_error("good=1,,bad=2") ==
        "class-weights: \"\" is not LABEL=WEIGHT (nor is the whole \"balanced\")");
}
