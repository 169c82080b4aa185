// similar_words --compare.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "classified.hpp"

using Catch::Contains;
using Json = nlohmann::json;

namespace {

// The same words, turned against each other; one more in each.
struct Files {
  TemporaryDirectory directory;
  std::string before = directory.file("before.txt",
                                      "cat 1 0\n"
                                      "dog 0.8 0.6\n"
                                      "car 0 1\n"
                                      "Bus 0 1\n"
                                      "bus 0.1 1\n"
                                      "Moon 1 1\n");
  std::string after = directory.file("after.txt",
                                     "cat 1 0\n"
                                     "dog 0 1\n"
                                     "car 0.8 0.6\n"
                                     "bus 0 1\n"
                                     "moon 1 1\n");
};

Finished similar_words(const Strings& arguments, const std::string& input = {}) {
  return run("similar_words", arguments, input);
}

}  // namespace

TEST_CASE("a word to compare is taken in lower case where it is not in both as it is written") {
  const Files files;
  const auto compared = [&](const Strings& more) {
    Strings arguments{"--compare", files.before, files.after, "--top", "1", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return similar_words(arguments);
  };
  const Finished found = compared({"CAT", "Bus"});
  CHECK(found.code == 0);
  CHECK(found.err.empty());
  CHECK(found.out ==
        "cat\t0\t0\t1\tdog:0.800000\tcar:0.800000\n"
        "bus\t0\t0.1\t0.995037\tcar:0.995037\tdog:1.000000\n");
  const Finished exact = compared({"--case", "exact", "CAT", "Bus", "cat"});
  CHECK(exact.code == 1);
  CHECK(lines(exact.out).size() == 1);
  CHECK(lines(exact.err) == Strings{"similar_words: error: \"CAT\" has no vector in " +
                                        files.after + "; similarly spelled: cat, car",
                                    "similar_words: error: \"Bus\" has no vector in " +
                                        files.after + "; similarly spelled: bus"});
  // What stands in one of the two only is told of the other, with words that stand in both.
  const Finished missing = compared({"moon", "bux"});
  CHECK(missing.code == 1);
  CHECK(lines(missing.err) ==
        Strings{"similar_words: error: \"moon\" has no vector in " + files.before,
                "similar_words: error: \"bux\" has no vector in " + files.after +
                    "; similarly spelled: bus"});
}

TEST_CASE("a comparison counts vectors, also those of a word that comes again") {
  const TemporaryDirectory directory;
  const std::string twice = directory.file("twice.txt", "3 2\na 1 0\nb 0 1\na 1 1\n");
  CHECK_THAT(similar_words({twice, "--compare", twice}).err,
             Contains(twice + ", 3 vectors of 2 numbers\n") &&
                 Contains("compared: 2 of 2 words that both have"));
}

TEST_CASE("vectors, and those they are compared with, do not both come from standard input") {
  const Finished done = similar_words({"-", "--compare", "-"}, "cat 1 0\n");
  CHECK(done.code == 2);
  CHECK_THAT(done.err, Contains("--compare: standard input cannot hold the vectors of both sides"));
  const Files files;
  CHECK(similar_words({files.after, "--compare", "-", "cat"}, "cat 1 0\ndog 0 1\n").code == 0);
}

TEST_CASE(
    "a comparison shows the words whose neighbours a training changed, and what it compares") {
  const std::string vectors = models().files.vectors;
  const Finished done =
      similar_words({"--compare", vectors, models()["bag"], "--top", "2", "--output", "table"});
  REQUIRE(done.code == 0);
  CHECK_THAT(done.out, Contains("before:   " + vectors + ", 7 vectors of 4 numbers") &&
                           Contains("after:    " + models()["bag"]) &&
                           Contains("words that both have, each by its 2 nearest among them") &&
                           Contains("without alignment"));
  const Json json = Json::parse(similar_words({models()["bag"], "--compare", vectors, "--top", "2",
                                               "--output", "json", "fine"})
                                    .out);
  CHECK(json["common"] == 6);
  CHECK(json["compared"] == 6);
  CHECK(json["neighbours"] == 2);
  REQUIRE(json["words"].size() == 1);
  const Json& fine = json["words"][0];
  CHECK(fine["word"] == "fine");
  CHECK(fine["before"].size() == 2);
  CHECK(fine["distance"].get<double>() > 0);
  CHECK(fine["before"][0]["word"] == "nice");  // 0.23 / sqrt(0.39 * 0.22)
  CHECK(fine["before"][0]["cosine"].get<double>() == Approx(0.23 / std::sqrt(0.39 * 0.22)));
}

TEST_CASE("what did not change is not shown, and words of --compare are found in both or told") {
  const TemporaryDirectory directory;
  const std::string vectors = directory.file(
      "vectors.txt",
      "cat 1 0 0\ndog 0.8 0.6 0\ncar 0 1 0\nbus 0 0.8 0.6\nfox -1 0 0\nzero 0 0 0\n");
  const Finished same = similar_words({"--compare", vectors, vectors});
  CHECK(same.code == 0);
  CHECK(same.out.empty());
  CHECK_THAT(same.err, Contains("all of them by 6 words"));
  const std::string other = directory.file("other.txt", "cat 1 0\ncar 0.9 0.1\nfox 0 1\n");
  const Finished asked = similar_words({"--compare", vectors, other, "cat", "dog"});
  CHECK(asked.code == 1);
  CHECK_THAT(asked.err, Contains("no distances, as the widths differ") &&
                            Contains("error: \"dog\" has no vector in " + other));
  CHECK(asked.out == "cat\t2\t\t\tcar:0.000000\tfox:-1.000000\tcar:0.993884\tfox:0.000000\n");
  const std::string none = directory.file("none.txt", "moon 1 0\n");
  CHECK_THAT(similar_words({"--compare", vectors, none}).err, Contains("no word in common"));
  CHECK_THAT(similar_words({"--compare", vectors, other, "--by", "distance"}).err,
             Contains("--by distance: the vectors of"));
}
