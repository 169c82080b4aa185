#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <tapegrad/training/model_folder.hpp>

#include "classified.hpp"
#include "piped.hpp"

using Catch::Contains;
using Json = nlohmann::json;

namespace {

// Words around two directions: animals along the first axis, cars along the second.
struct Files {
  TemporaryDirectory directory;
  std::string vectors = directory.file("vectors.txt",
                                       "cat 1 0 0\n"
                                       "dog 0.8 0.6 0\n"
                                       "car 0 1 0\n"
                                       "bus 0 0.8 0.6\n"
                                       "fox -1 0 0\n"
                                       "zero 0 0 0\n");
};

Finished similar_words(const Strings& arguments, const std::string& input = {}) {
  return run("similar_words", arguments, input);
}

Finished of_vectors(Strings arguments, const std::string& input = {}) {
  const Files files;
  arguments.insert(arguments.begin(), files.vectors);
  return similar_words(arguments, input);
}

}  // namespace

TEST_CASE("neighbours come as lines of word, neighbour and cosine") {
  const Finished done = of_vectors({"cat", "bus", "--top", "2"});
  CHECK(done.code == 0);
  CHECK(done.err.empty());
  CHECK(done.out ==
        "cat\tdog\t0.800000\n"
        "cat\tcar\t0.000000\n"
        "bus\tcar\t0.800000\n"
        "bus\tdog\t0.480000\n");
}

TEST_CASE("neighbours as a table, and as JSON") {
  CHECK(of_vectors({"cat", "--top", "2", "--output", "table"}).out ==
        "cat\n"
        "  dog                       0.8000\n"
        "  car                       0.0000\n");
  const Finished done = of_vectors({"cat", "bus", "--output", "json", "--top", "3"});
  const Strings all = lines(done.out);
  REQUIRE(all.size() == 2);
  const Json bus = Json::parse(all[1]);
  CHECK(bus["word"] == "bus");
  CHECK(bus["found"] == "bus");
  REQUIRE(bus["neighbours"].size() == 3);
  CHECK(bus["neighbours"][1]["word"] == "dog");
  CHECK(bus["neighbours"][1]["cosine"].get<double>() == Approx(0.48));
  CHECK(of_vectors({"cat", "--output", "json", "--top", "3"}).out ==
        of_vectors({"cat", "--output", "json", "--top", "3"}).out);
}

TEST_CASE("control characters in words of a file do nothing to the terminal of a table") {
  const TemporaryDirectory directory;
  const std::string vectors = directory.file("vectors.txt", "cat 1 0\n\x1b[31mred 1 0.5\n");
  const std::string table =
      similar_words({vectors, "cat", "--output", "table", "--compare", vectors}).out +
      similar_words({vectors, "cat", "--output", "table"}).out;
  CHECK_THAT(table, Contains("  \\x1B[31mred               0.8944\n"));
  CHECK(table.find('\x1b') == std::string::npos);
}

TEST_CASE("words from standard input are answered as they come") {
  const Files files;
  Piped program("similar_words", {files.vectors, "--top", "1"});
  program.write("cat\nbu");
  CHECK(program.line() == "cat\tdog\t0.800000");
  CHECK(program.silent());
  program.write("s\n\n  car \n");
  CHECK(program.line() == "bus\tcar\t0.800000");
  CHECK(program.line() == "car\tbus\t0.800000");
  program.write("nope\ndog");
  program.close_input();
  CHECK(program.line() == "dog\tcat\t0.800000");
  CHECK(program.code() == 1);
  CHECK(program.errors() ==
        "similar_words: error: \"nope\" has no vector in " + files.vectors + "\n");
}

TEST_CASE("Ctrl-C ends the stream, and a reader that goes away the program") {
  const Files files;
  Piped program("similar_words", {files.vectors, "--top", "1"});
  program.write("cat\n");
  CHECK_THAT(program.line(), Contains("dog"));
  program.send(SIGINT);
  CHECK(program.code() == 130);

  Piped gone("similar_words", {files.vectors});
  gone.close_output();
  gone.write("cat\n");
  CHECK(gone.code() == 128 + SIGPIPE);
}

TEST_CASE("an unknown word is named with words that are spelled alike; the others are answered") {
  const Files files;
  const Finished done = similar_words({files.vectors, "cas", "cat", "--top", "1"});
  CHECK(done.code == 1);
  CHECK(done.out == "cat\tdog\t0.800000\n");
  CHECK(done.err == "similar_words: error: \"cas\" has no vector in " + files.vectors +
                        "; similarly spelled: cat, car\n");
  const Json json = Json::parse(similar_words({files.vectors, "cas", "--output", "json"}).out);
  CHECK(json["neighbours"].is_null());
  CHECK(json["suggestions"] == Json({"cat", "car"}));
  for (const Strings& arguments :
       {Strings{"--analogy", "cat", "cas", "dog"}, Strings{"--similarity", "cat", "cas"}}) {
    const Finished failed = of_vectors(arguments);
    CHECK(failed.code == 1);
    CHECK(failed.out.empty());
    CHECK_THAT(failed.err, Contains("\"cas\" has no vector in ") && Contains(": cat, car"));
  }
}

TEST_CASE("a word is taken in lower case where it is not there as written, if that is wanted") {
  CHECK(of_vectors({"Cat", "--top", "1"}).out == "Cat\tdog\t0.800000\n");
  CHECK(Json::parse(of_vectors({"CAT", "--output", "json"}).out)["found"] == "cat");
  const Finished exact = of_vectors({"Cat", "--case", "exact"});
  CHECK(exact.code == 1);
  CHECK_THAT(exact.err, Contains("\"Cat\" has no vector") && Contains("similarly spelled: cat"));
}

TEST_CASE("an analogy leaves its own words out of the answer") {
  // cat - dog + car, of lengths 1: (0.2, 0.4, 0).
  CHECK(of_vectors({"--analogy", "dog", "cat", "car", "--top", "2"}).out ==
        "bus\t0.715542\nzero\t0.000000\n");
  CHECK(of_vectors({"--analogy", "dog", "cat", "car", "--top", "1", "--output", "table"}).out ==
        "dog is to cat as car is to\n  bus                       0.7155\n");
  const Json json =
      Json::parse(of_vectors({"--analogy", "dog", "cat", "car", "--output", "json"}).out);
  CHECK(json["analogy"] == Json({"dog", "cat", "car"}));
  CHECK(json["answers"][0]["word"] == "bus");
}

TEST_CASE("the similarity of two words is the cosine of their vectors") {
  CHECK(of_vectors({"--similarity", "cat", "dog"}).out == "cat\tdog\t0.800000\n");
  CHECK(of_vectors({"--similarity", "fox", "cat", "--output", "table"}).out == "-1.0000\n");
  CHECK(Json::parse(
            of_vectors({"--similarity", "cat", "zero", "--output", "json"}).out)["cosine"] == 0);
}

TEST_CASE("vectors are measured by pairs and by analogies, and what is missing is told") {
  const Files files;
  const std::string pairs =
      files.directory.file("pairs.tsv", "cat\tdog\t9\ncat\tcar\t3\nCat\tfox\t0\ncat\tunicorn\t5\n");
  const std::string questions = files.directory.file(
      "questions.txt", ": zoo\ndog cat car bus\ndog cat car fox\n: gram1\ndog cat car unicorn\n");
  const Finished tsv = similar_words({files.vectors, "--eval", pairs, questions});
  CHECK(tsv.code == 0);
  CHECK(tsv.out == "file\tsection\tmeasure\titems\tmissing\tvalue\n" +  //
                       pairs + "\t\tspearman\t4\t1\t1.0000\n" +         //
                       questions + "\tzoo\taccuracy\t2\t0\t0.5000\n" +  //
                       questions + "\tgram1\taccuracy\t1\t1\t-\n" +     //
                       questions + "\tsemantic\taccuracy\t2\t0\t0.5000\n" + questions +
                       "\tsyntactic\taccuracy\t1\t1\t-\n" +  //
                       questions + "\tall\taccuracy\t3\t1\t0.5000\n");

  const Strings json =
      lines(similar_words({files.vectors, "--eval", pairs, questions, "--output", "json"}).out);
  REQUIRE(json.size() == 2);
  const Json first = Json::parse(json[0]), second = Json::parse(json[1]);
  CHECK(first["pairs"] == 4);
  CHECK(first["missing"] == 1);
  CHECK(first["spearman"] == 1);
  CHECK(first["lower_cased"] == 1);
  CHECK(second["sections"][1]["name"] == "gram1");
  CHECK(second["sections"][1]["accuracy"].is_null());
  CHECK(second["sums"][2]["name"] == "all");
  CHECK(second["sums"][2]["accuracy_of_all"].get<double>() == Approx(1.0 / 3));

  const Finished table =
      similar_words({files.vectors, "--eval", pairs, questions, "--output", "table"});
  CHECK_THAT(table.out, Contains("pairs.tsv") && Contains("1.0000") &&
                            Contains("missing: holds an unknown word; left out, but \"of all\"") &&
                            Contains("known in lower case only, and taken so: 1 word\n"));
  CHECK_THAT(similar_words({files.vectors, "--eval", pairs, "--output", "table"}).out,
             Contains("missing: holds an unknown word; left out\n") && !Contains("of all"));
}

TEST_CASE("a model is asked for its words, quantized too, without <pad> and <unk>") {
  const Finished done = similar_words({models()["bag"], "fine", "--top", "100"});
  REQUIRE(done.code == 0);
  const auto saved = tapegrad::load_model(models()["bag"]);
  CHECK(lines(done.out).size() == static_cast<std::size_t>(saved.vocabulary.size()) - 3);
  CHECK_THAT(done.out, !Contains("<pad>") && !Contains("<unk>"));
  const TemporaryDirectory directory;
  const std::string small = directory / "small";
  REQUIRE(run("quantize", {models()["bag"], "--to", "float16", "--out", small}).code == 0);
  const Finished quantized = similar_words({small, "fine", "--top", "100"});
  CHECK(quantized.code == 0);
  CHECK(lines(quantized.out).size() == lines(done.out).size());
  CHECK(similar_words({models()["ngrams"], "fine", "--top", "100"}).code == 0);
}

TEST_CASE("a cache is filled and used") {
  const Files files;
  const std::string cache = files.directory / "cache";
  const Finished first = similar_words({files.vectors, "cat", "--cache", cache});
  CHECK_FALSE(std::filesystem::is_empty(cache));
  CHECK(similar_words({files.vectors, "cat", "--cache", cache}).out == first.out);
}

TEST_CASE("similar_words --help reads like a manual page") {
  const Finished help = similar_words({"--help"});
  CHECK(help.code == 0);
  for (const char* part : {"VECTORS", "--analogy A B C", "--eval FILE", "--compare FILE",
                           "--case auto|exact", "Examples:", "Exit codes:"}) {
    CHECK_THAT(help.out, Contains(part));
  }
}

TEST_CASE("options and files that make no sense are told, with the usual exit codes") {
  const auto fails = [](const Strings& arguments, int code, const std::string& text) {
    const Finished done = of_vectors(arguments);
    CHECK(done.code == code);
    CHECK(done.out.empty());
    CHECK_THAT(done.err, Contains(text));
  };
  fails({"--analogy", "cat", "dog"}, 2, "--analogy");
  fails({"--similarity", "cat", "dog", "--analogy", "cat", "dog", "car"}, 2,
        "--similarity: cannot be combined with --analogy");
  fails({"cat", "--similarity", "cat", "dog"}, 2, "takes no further word, found \"cat\"");
  fails({"cat", "--top", "0"}, 2, "--top");
  fails({"cat", "--show", "3"}, 2, "--compare");
  fails({"--eval", "/nowhere/pairs.txt"}, 1, "/nowhere/pairs.txt");
  CHECK(similar_words({}).code == 2);
  CHECK(similar_words({"/nowhere", "cat"}).code == 1);
  CHECK_THAT(similar_words({"-"}, "cat 1 0\n").err, Contains("both vectors and words"));
  CHECK_THAT(similar_words({"-", "--eval", "-"}, "cat 1 0\n").err,
             Contains("--eval: standard input cannot hold both vectors and a test"));
  CHECK_THAT(of_vectors({"--eval", "-", "-"}, "cat dog 1\n").err, Contains("read once only"));
  CHECK(of_vectors({"--eval", "-"}, "cat dog 1\n").code == 0);
  CHECK(similar_words({"-", "cat"}, "cat 1 0\ndog 1 1\n").out == "cat\tdog\t0.707107\n");
}
