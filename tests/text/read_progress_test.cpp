#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <packed.hpp>
#include <tapegrad/text/dataset.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/line_stream.hpp>
#include <tapegrad/text/pairs.hpp>
#include <tapegrad/text/vectors.hpp>
#include <temporary.hpp>
#include <vector>

using tapegrad::ReadAmount;

namespace {

// What a reader told.
struct Told {
  std::vector<std::string> paths;
  std::vector<ReadAmount> amounts;
  tapegrad::ReadProgress sink() {
    return [this](const std::string& path, const ReadAmount& amount) {
      paths.push_back(path);
      amounts.push_back(amount);
    };
  }
};

// Told of one file, going forward from the first piece to the whole.
void check_whole(const Told& told, const std::string& path, std::uint64_t size) {
  REQUIRE_FALSE(told.amounts.empty());
  std::uint64_t before = 0;
  for (const ReadAmount& amount : told.amounts) {
    CHECK(amount.done >= before);
    CHECK(amount.total == size);
    before = amount.done;
  }
  CHECK(told.amounts.back().done == size);
  CHECK(told.amounts.back().share() == 1);
  for (const std::string& each : told.paths) CHECK(each == path);
}

std::string many_vectors() {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "word" + std::to_string(i) + " 0.125 -1.5 2.25 0.5\n";
  return text;
}

}  // namespace

TEST_CASE("who reads word vectors is told the bytes, from the first chunk to the last") {
  const TemporaryDirectory directory;
  const std::string text = many_vectors();
  const std::string path = directory.file("v.txt", text);
  Told told;
  const auto any = [](std::string_view) { return true; };
  const auto vectors = tapegrad::load_vectors(path, any, {.progress = told.sink()});
  CHECK(vectors.words.size() == 300'000);
  check_whole(told, path, text.size());
  CHECK(told.amounts.size() >= 3);
  CHECK(told.amounts.front().share() < 1);
}

TEST_CASE("of a packed file the packed bytes are told") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("v.txt", many_vectors());
  REQUIRE(std::system(("gzip " + path).c_str()) == 0);
  Told told;
  const auto any = [](std::string_view) { return true; };
  tapegrad::load_vectors(path + ".gz", any, {.progress = told.sink()});
  check_whole(told, path + ".gz", std::filesystem::file_size(path + ".gz"));
  CHECK(told.amounts.size() >= 3);
}

TEST_CASE("who reads labelled texts and pairs is told of each file, and of folders") {
  const TemporaryDirectory directory;
  const std::string file = directory.file("t", "good a film\nbad a film\n");
  Told of_file;
  tapegrad::load_dataset(file,
                         {.form = tapegrad::DatasetForm::label_text, .progress = of_file.sink()});
  check_whole(of_file, file, 23);

  const std::string pairs = directory.file("p", "a\tb\n");
  Told of_pairs;
  tapegrad::read_pairs(pairs, of_pairs.sink());
  check_whole(of_pairs, pairs, 4);

  directory.file("reviews/neg/1.txt", "dull");
  directory.file("reviews/neg/2.txt", "poor");
  directory.file("reviews/pos/1.txt", "a fine film");
  Told of_folder;
  tapegrad::load_dataset(directory / "reviews", {.progress = of_folder.sink()});
  REQUIRE(of_folder.amounts.size() == 2);
  CHECK(of_folder.paths[0] == directory / "reviews/neg");
  CHECK(of_folder.amounts[0].done == 8);
  CHECK(of_folder.amounts[0].total == 8);
  CHECK(of_folder.amounts[1].done == 11);
}

TEST_CASE("a stream of lines tells how far it is; of a pipe nothing is known") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("lines", std::string(1'000'000, 'x') + "\nend\n");
  tapegrad::LineStream lines(path);
  CHECK(lines.amount().total == 1'000'005);
  CHECK(lines.amount().done == 0);
  std::string_view line;
  while (lines.next(line)) {
  }
  CHECK(lines.amount().share() == 1);
  const std::string pipe = directory / "pipe";
  REQUIRE(std::system(("mkfifo " + pipe + " && (echo text > " + pipe + " &)").c_str()) == 0);
  tapegrad::LineStream piped(pipe);
  CHECK(piped.next(line));
  CHECK(piped.amount().total == 0);
  CHECK(piped.amount().share() == 0);
}
