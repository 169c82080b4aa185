#include <catch2/catch.hpp>
#include <cmath>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/word_space.hpp>

#include <draws.hpp>
#include <temporary.hpp>

using tapegrad::Analogy;
using tapegrad::Array;
using tapegrad::Index;
using tapegrad::Real;
using tapegrad::WordSpace;

TEST_CASE("a word space knows the row of each word") {
  const WordSpace space({"sun", "moon", "a word of many letters and spaces"},
                        {{1, 0}, {0, 1}, {1, 1}});
  CHECK(space.size() == 3);
  CHECK(space.find("moon") == Index{1});
  CHECK(space.find("a word of many letters and spaces") == Index{2});
  CHECK_FALSE(space.find("Moon"));
  CHECK_FALSE(space.find(""));
  CHECK(space.word(2).size() == 33);
}

TEST_CASE("an analogy is answered by the word nearest to b - a + c, of vectors of length 1") {
  // With lengths 1: b - a + c = (-1, 1, 1). With lengths as given it would be (-9, 1, 2), next to
  // "long".
  const WordSpace space({"a", "b", "c", "long", "wanted", "other"},
                        Array{{9, 0, 0}, {0, 1, 0}, {0, 0, 2}, {-9, 1, 2}, {-1, 1, 1}, {0, -1, 0}});
  const auto answers = space.solve({{0, 1, 2}}, 2)[0];
  REQUIRE(answers.size() == 2);
  CHECK(space.word(answers[0].row) == "wanted");
  CHECK(answers[0].cosine == Approx(1));
  CHECK(space.word(answers[1].row) == "long");
  CHECK(answers[1].cosine == Approx(12 / std::sqrt(3 * 86.0)));
}

TEST_CASE("the words of a question are no answer to it") {
  for_each_draw(20, [](tapegrad::Rng& rng) {
    constexpr std::size_t n = 60, d = 5;
    const Array vectors = random_array({n, d}, rng);
    std::vector<std::string> words;
    for (std::size_t i = 0; i < n; ++i) words.push_back(std::to_string(i));
    const WordSpace space(words, vectors);
    std::vector<Analogy> questions;
    for (int i = 0; i < 10; ++i) {
      const auto row = [&] { return static_cast<Index>(rng.below(n)); };
      questions.push_back({row(), row(), row()});
    }
    const auto answers = space.solve(questions, 1);
    for (std::size_t q = 0; q < questions.size(); ++q) {
      const auto [a, b, c] = questions[q];
      // 3CosAdd in the form of its paper: the largest cos(d, b) - cos(d, a) + cos(d, c).
      Index best = -1;
      double most = -9;
      for (Index i = 0; i < static_cast<Index>(n); ++i) {
        if (i == a || i == b || i == c) continue;
        const auto& search = space.search();
        const double sum = search.cosine(i, b) - search.cosine(i, a) + search.cosine(i, c);
        if (sum > most) best = i, most = sum;
      }
      CHECK(answers[q][0].row == best);
    }
  });
}

TEST_CASE("a word space that makes no sense is refused") {
  CHECK(error_of<tapegrad::ShapeError>([] {
          WordSpace({"a", "b"}, Array{{1, 2}});
        }) == "WordSpace: vectors has shape [1, 2], [2, D] is wanted");
  CHECK(error_of<std::invalid_argument>([] {
          WordSpace({"a", "b", "a"}, Array{{1, 2}, {3, 4}, {5, 6}});
        }) == "WordSpace: word 2, \"a\", comes twice");
  CHECK(error_of<tapegrad::IndexError>([] {
          WordSpace({"a"}, Array{{1, 2}}).solve({{0, 0, 1}}, 1);
        }) == "WordSpace: row 1 is out of range [0, 1)");
}
