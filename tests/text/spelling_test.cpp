#include <catch2/catch.hpp>
#include <tapegrad/text/spelling.hpp>

using tapegrad::lower_case;
using tapegrad::similarly_spelled;
using tapegrad::spelling_distance;
using Words = std::vector<std::string>;

TEST_CASE("letters become lower-case, those beyond ASCII too, and broken bytes stay") {
  CHECK(lower_case("McCain-2008") == "mccain-2008");
  CHECK(lower_case("ÉCOLE ΔΣ") == "école δσ");
  CHECK(lower_case("A\xFF\xC3") == "a\xFF\xC3");
  CHECK(lower_case("").empty());
}

TEST_CASE("a spelling distance counts insertions, omissions, replacements and exchanges") {
  // The classic examples of Levenshtein and Damerau.
  CHECK(spelling_distance("kitten", "sitting", 9) == 3);
  CHECK(spelling_distance("saturday", "sunday", 9) == 3);
  CHECK(spelling_distance("flim", "film", 9) == 1);
  CHECK(spelling_distance("ca", "abc", 9) == 3);  // no place twice: unrestricted it would be 2
  CHECK(spelling_distance("", "abc", 9) == 3);
  CHECK(spelling_distance("abc", "abc", 0) == 0);
  CHECK(spelling_distance("café", "cafe", 9) == 1);  // characters, not bytes
  CHECK(spelling_distance("\xFF", "a", 9) == 1);
}

TEST_CASE("beyond the most that is of interest, the distance is one more") {
  CHECK(spelling_distance("kitten", "sitting", 2) == 3);
  CHECK(spelling_distance("kitten", "sitting", 1) == 2);
  CHECK(spelling_distance("a", "abcdefgh", 2) == 3);
  CHECK(spelling_distance("abcdefgh", "hgfedcba", 2) == 3);
}

TEST_CASE("similarly spelled words come by distance, equally near ones in their order") {
  const Words words = {"the", "slim", "film", "films", "Film", "flint", "movie"};
  CHECK(similarly_spelled("flim", words, 2) == Words{"slim", "film"});
  CHECK(similarly_spelled("FILM", words, 4) == Words{"film", "Film", "films"});
  CHECK(similarly_spelled("movei", words) == Words{"movie"});
  CHECK(similarly_spelled("xyzzy", words).empty());
  CHECK(similarly_spelled("", words).empty());
}

TEST_CASE("the shorter a word, the fewer characters may be wrong") {
  CHECK(similarly_spelled("ab", {"abc", "a", "AB"}) == Words{"AB"});
  CHECK(similarly_spelled("abc", {"ab", "abd", "a"}) == Words{"ab", "abd"});
  CHECK(similarly_spelled("abcdef", {"abcdxy", "abcxyz"}) == Words{"abcdxy"});
}
