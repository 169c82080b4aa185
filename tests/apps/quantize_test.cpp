#include <catch2/catch.hpp>
#include <limits>
#include <set>
#include <sstream>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/training/smaller_model.hpp>

#include "made_up.hpp"
#include "program.hpp"

namespace fs = std::filesystem;
using Catch::Contains;
using tapegrad::read_file;

namespace {

Finished quantize(const std::vector<std::string>& arguments) {
  return run("quantize", arguments);
}

// A trained model with its test file.
struct Trained {
  MadeUp files;
  std::string model = files.directory / "model";
  std::string out = files.directory / "small";
  Trained() {
    REQUIRE(run("train_sentiment",
                files.arguments({"--seeds", "1", "--embeddings", "finetune", "--out", model}))
                .code == 0);
  }
};

// The words of the line that begins with this one.
std::vector<std::string> line_of(const std::string& text, const std::string& first) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string> all;
    for (std::string word; words >> word;) all.push_back(word);
    if (!all.empty() && all[0] == first) return all;
  }
  return {};
}

std::uintmax_t bytes_of(const std::string& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& file : fs::directory_iterator(folder)) bytes += fs::file_size(file);
  return bytes;
}

}  // namespace

TEST_CASE("quantize writes a folder that predicts, and tells sizes and accuracy") {
  const Trained trained;
  const auto before = tapegrad::load_model(trained.model);
  for (const std::string form : {"float16", "int8", "int4"}) {
    const Finished done = quantize({trained.model, "--to", form, "--out", trained.out, "--test",
                                    trained.files.test, "--form", "label-text"});
    CHECK(done.err.empty());
    REQUIRE(done.code == 0);
    const auto model = tapegrad::load_model(trained.out);
    REQUIRE(model.net.quantized() != nullptr);
    CHECK(to_string(model.net.quantized()->kind()) == form);
    const auto rows = std::to_string(before.vocabulary.size());
    const auto first = line_of(done.out, "before"), second = line_of(done.out, "after");
    REQUIRE(first.size() == 5);
    REQUIRE(second.size() == 5);
    CHECK(first[1] == rows);
    CHECK(second[2] == rows);
    CHECK(first[3] == std::to_string(bytes_of(trained.model)));
    CHECK(second[3] == std::to_string(bytes_of(trained.out)));
    CHECK(std::stod(first[4]) > 0.6);
    CHECK(std::abs(std::stod(first[4]) - std::stod(second[4])) <= 2.0 / 16);
    CHECK_THAT(done.out, Contains("smaller model: " + trained.out));
    // The folder is the one that the library makes.
    const std::string made = trained.files.directory / "made";
    save_model(quantized(before, tapegrad::quantized_kind(form)), made);
    CHECK(read_file(made + "/model.safetensors") == read_file(trained.out + "/model.safetensors"));
  }
}

TEST_CASE("quantize --test measures what classify says, kept vectors and all") {
  const Trained trained;
  tapegrad::ClassifierModel model = tapegrad::load_model(trained.model);
  constexpr std::size_t n = 300;
  tapegrad::Rng rng(5);
  model.kept.values = tapegrad::Array(tapegrad::Shape{n, model.net.table_shape()[1]});
  for (float& value : model.kept.values) value = static_cast<float>(rng.uniform(-1, 1));
  std::string texts;
  for (std::size_t i = 0; i < n; ++i) {
    model.kept.words.push_back("kept" + std::to_string(i));
    texts += model.kept.words.back() + '\n';
  }
  save_model(model, trained.model);

  const auto labels = [&](const std::string& folder) {
    std::istringstream lines(run("classify", {folder, "--output", "plain"}, texts).out);
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);) all.push_back(line);
    return all;
  };
  const auto before = labels(trained.model);
  REQUIRE(before.size() == n);
  REQUIRE(std::set<std::string>(before.begin(), before.end()).size() == 2);
  std::string test;
  for (std::size_t i = 0; i < n; ++i) test += before[i] + ' ' + model.kept.words[i] + '\n';
  const std::string file = trained.files.directory.file("kept.txt", test);
  const Finished done = quantize({trained.model, "--to", "int4", "--out", trained.out, "--test",
                                  file, "--form", "label-text"});
  REQUIRE(done.code == 0);
  CHECK(line_of(done.out, "before").back() == "1.0000");
  const auto after = labels(trained.out);
  std::size_t same = 0;
  for (std::size_t i = 0; i < n; ++i) same += before[i] == after[i] ? 1 : 0;
  CHECK(std::stod(line_of(done.out, "after").back()) ==
        Approx(static_cast<double>(same) / n).margin(1e-4));
}

TEST_CASE("quantize --keep prunes the vocabulary, alone or with --to") {
  const Trained trained;
  const Finished done =
      quantize({trained.model, "--keep", "5", "--by", "norm", "--out", trained.out});
  REQUIRE(done.code == 0);
  CHECK(line_of(done.out, "after")[1] == "5");
  CHECK(line_of(done.out, "after").size() == 4);  // no accuracy
  const auto pruned = tapegrad::load_model(trained.out);
  CHECK(pruned.net.quantized() == nullptr);
  CHECK(pruned.vocabulary.words() ==
        tapegrad::pruned(tapegrad::load_model(trained.model), 5, tapegrad::KeepBy::norm)
            .vocabulary.words());
  REQUIRE(quantize({trained.model, "--keep", "4", "--to", "int8", "--out", trained.out}).code == 0);
  const auto both = tapegrad::load_model(trained.out);
  CHECK(both.net.quantized() != nullptr);
  CHECK(read_file(trained.out + "/vocab.txt").substr(0, 15) ==
        read_file(trained.model + "/vocab.txt").substr(0, 15));
  CHECK(both.vocabulary.size() == 4);
}

TEST_CASE("quantize --help reads like a manual page") {
  const Finished help = quantize({"--help"});
  CHECK(help.code == 0);
  for (const char* part : {"MODEL", "--to float16|int8|int4", "--keep N", "--by frequency|norm",
                           "--test F", "Examples:", "Exit codes:"}) {
    CHECK_THAT(help.out, Contains(part));
  }
}

TEST_CASE("options that make no sense are usage errors, and write nothing") {
  const Trained trained;
  const auto usage = [&](std::vector<std::string> arguments, const std::string& text) {
    arguments.insert(arguments.begin(), trained.model);
    const Finished done = quantize(arguments);
    CHECK(done.code == 2);
    CHECK_THAT(done.err, Contains(text));
    CHECK_FALSE(fs::exists(trained.out));
  };
  usage({"--out", trained.out}, "nothing to do: give --to, --keep or both");
  usage({"--to", "int8"}, "--out is required");
  usage({"--to", "int3", "--out", trained.out}, "--to: \"int3\" is not one of float16, int8, int4");
  usage({"--keep", "1", "--out", trained.out}, "--keep");
  usage({"--by", "norm", "--to", "int8", "--out", trained.out}, "--by requires --keep");
  usage({"--to", "int8", "--out", trained.model}, "is the model's own folder");
  CHECK(quantize({"--to", "int8", "--out", trained.out}).code == 2);
}

TEST_CASE("what cannot be read, tested or quantized is an error, and writes nothing") {
  const Trained trained;
  const auto failure = [&](const std::vector<std::string>& arguments, const std::string& text) {
    const Finished done = quantize(arguments);
    CHECK(done.code == 1);
    CHECK_THAT(done.err, Contains("quantize: error: ") && Contains(text));
    CHECK_FALSE(fs::exists(trained.out));
  };
  failure({trained.files.directory / "none", "--to", "int8", "--out", trained.out}, "none");
  const std::string other = trained.files.directory.file("other.txt", "odd a film\n");
  failure({trained.model, "--to", "int8", "--out", trained.out, "--test", other, "--form",
           "label-text"},
          "has the label \"odd\", the model knows bad, good");
  const std::string small = trained.files.directory / "int8";
  REQUIRE(quantize({trained.model, "--to", "int8", "--out", small}).code == 0);
  failure({small, "--to", "int4", "--out", trained.out}, "is quantized already (int8)");

  auto model = tapegrad::load_model(trained.model);
  tapegrad::Parameter table = model.net.table();
  table.mutate()(3, 1) = std::numeric_limits<float>::infinity();
  const std::string spoiled = trained.files.directory / "spoiled";
  save_model(model, spoiled);
  failure({spoiled, "--to", "int8", "--out", trained.out},
          spoiled + ": quantize: row 3 has inf in column 1, finite numbers are wanted");

  model = tapegrad::load_model(trained.model);
  model.kept = {{"kept"}, tapegrad::full({1, model.net.table_shape()[1]}, 70000)};
  save_model(model, spoiled);
  failure({spoiled, "--to", "float16", "--out", trained.out},
          spoiled + ": kept vectors: quantize: row 0 has 70000 in column 0, float16 goes up to");
}
