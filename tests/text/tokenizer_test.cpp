#include <fmt/ranges.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/characters.hpp>
#include <tapegrad/text/dataset.hpp>
#include <tapegrad/text/tokenizer.hpp>
#include <tapegrad/text/vectors.hpp>
#include <unordered_set>

#include <utf8proc.h>

using tapegrad::Index;
using tapegrad::Tokenizer;
using tapegrad::TokenizerRules;

namespace {

std::string joined(const std::vector<std::string>& tokens) {
  return fmt::format("{}", fmt::join(tokens, " "));
}

std::string tokens(std::string_view text) {
  return joined(Tokenizer()(text));
}

/// The text if tokenizing its tokens again changes something, else nothing.
std::string unstable(const Tokenizer& tokenizer, const std::string& text) {
  const auto once = tokenizer(text);
  const auto twice = tokenizer(joined(once));
  return once == twice ? "" : text + " => " + joined(once) + " => " + joined(twice);
}

std::string utf8(utf8proc_int32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(code, bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)};
}

}  // namespace

TEST_CASE("punctuation stands apart, hyphenated words stay together") {
  CHECK(tokens("A stirring, funny re-imagining!") == "a stirring , funny re-imagining !");
  CHECK(tokens("well-made -- and (mostly) true - really?!") ==
        "well-made -- and ( mostly ) true - really ? !");
  CHECK(tokens("-5 pre- -x a--b a---b") == "- 5 pre - - x a -- b a -- b");
  CHECK(tokens("said \"no\"; 'yes': [ok] {x}") == "said \" no \" ; ' yes ' : [ ok ] { x }");
  CHECK(tokens("a_b *c* @d #1 $5 10% x=y") == "a _ b * c * @ d # 1 $ 5 10 % x = y");
}

TEST_CASE("contractions split as in the Penn Treebank") {
  CHECK(tokens("don't can't WON'T isn't") == "do n't ca n't wo n't is n't");
  CHECK(tokens("it's I'm we're they've she'll he'd 1990's") ==
        "it 's i 'm we 're they 've she 'll he 'd 1990 's");
  CHECK(tokens("cannot gonna") == "cannot gonna");
  CHECK(tokens("shouldn't've") == "should n't 've");
  CHECK(tokens("o'clock O'Hara rock'n'roll actors' 'tis 're-made'") ==
        "o'clock o'hara rock'n'roll actors ' ' tis ' re-made '");
  CHECK(tokens("n't 's 'm") == "n't 's 'm");
}

TEST_CASE("two or more periods are an ellipsis") {
  CHECK(tokens("so...") == "so ...");
  CHECK(tokens("so.. what....? mr... u.s...") == "so ... what ... ? mr ... u.s ...");
  CHECK(tokens("wait\xE2\x80\xA6") == "wait ...");
}

TEST_CASE("numbers keep the signs inside them") {
  CHECK(tokens("1,000 3.5 10:30 1/2 10/10 20th 1970s") == "1,000 3.5 10:30 1/2 10/10 20th 1970s");
  CHECK(tokens("$1,000,000. In 1999, 5:") == "$ 1,000,000 . in 1999 , 5 :");
  CHECK(tokens("and/or a,b a:b 1/x .5") == "and / or a , b a : b 1 / x . 5");
}

TEST_CASE("abbreviations and initials keep their period, sentence ends do not") {
  CHECK(tokens("Mr. Smith vs. Dr. No. The end.") == "mr. smith vs. dr. no . the end .");
  CHECK(tokens("the U.S. at 5 p.m., J.R.R. Tolkien, i.e. e.t.") ==
        "the u.s. at 5 p.m. , j.r.r. tolkien , i.e. e.t.");
  CHECK(tokens("So am I. J. Doe") == "so am i . j. doe");
  CHECK(tokens("No. 5 no. five") == "no. 5 no . five");
  CHECK(tokens("good.Bad imdb.com www.a.b.uk/x at&t") == "good . bad imdb.com www.a.b.uk / x at&t");
  CHECK(tokens("salt&pepper R&B") == "salt & pepper r&b");
}

TEST_CASE("tags and entities are resolved") {
  CHECK(tokens("one.<br /><br />Two<BR>three<br/>four <i>five</i>") == "one . two three four five");
  CHECK(tokens("<sigh> a < b") == "< sigh > a < b");
  CHECK(tokens("Tom &amp; Ann&#39;s &lt;3 &quot;x&quot; &nbsp;") == "tom & ann 's < 3 \" x \"");
  CHECK(tokens("It #39;s over, hasn #39;t it, #39;so #39; #36;5") ==
        "it 's over , has n't it , ' so ' $ 5");
  CHECK(tokens("&amp;lt; & &x; #; #1; &#99999999;") == "& lt ; & & x ; # ; # 1 ; & # 99999999 ;");
}

TEST_CASE("the Treebank's escapes become what they stand for") {
  CHECK(tokens("writer\\/director 1\\/2 \\*\\* -lrb- x -RRB- -lsb-") ==
        "writer / director 1/2 * * ( x ) [");
  CHECK(tokens("`` quoted '' ` x '") == "`` quoted '' ` x '");
}

TEST_CASE("letters beyond ASCII are lower-cased and belong to words") {
  CHECK(tokens("CLICH\xC3\x89 na\xC3\xAFve") == "clich\xC3\xA9 na\xC3\xAFve");
  CHECK(tokens("\xCE\x94\xCE\x99 \xD0\x9C\xD0\x98\xD0\xA0") ==
        "\xCE\xB4\xCE\xB9 \xD0\xBC\xD0\xB8\xD1\x80");
  CHECK(joined(Tokenizer(TokenizerRules{false})("CLICH\xC3\x89 DON'T Mr. X")) ==
        "CLICH\xC3\x89 DO N'T Mr. X");
}

TEST_CASE("quotes, dashes, white space and invisible characters beyond ASCII") {
  CHECK(tokens("don\xE2\x80\x99t \xE2\x80\x9Cx\xE2\x80\x9D it\xC2\xB4s") == "do n't \" x \" it 's");
  CHECK(tokens("a\xE2\x80\x94"
               "b \xC2\xA3"
               "5") == "a \xE2\x80\x94 b \xC2\xA3 5");
  CHECK(tokens("a\xC2\xA0"
               "b\xE2\x80\xA8"
               "c\t\nd") == "a b c d");
  CHECK(tokens("in\xC2\xAD"
               "visi\xE2\x80\x8B"
               "ble\xEF\xBB\xBF") == "invisible");
  CHECK(tokens("it\xC2\x92s 1990\xC2\x96"
               "95\xC2\x85") == "it 's 1990 \xE2\x80\x93 95 ...");
}

TEST_CASE("bytes that are no UTF-8 become U+FFFD") {
  CHECK(tokens("a\xFF"
               "b \xC3") == "a \xEF\xBF\xBD b \xEF\xBF\xBD");
  CHECK(tokens("\xED\xA0\x80") == "\xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD");
  CHECK(tokens(std::string_view("a\0b", 3)) == "a b");
}

TEST_CASE("an empty or blank text has no tokens") {
  CHECK(Tokenizer()("").empty());
  CHECK(Tokenizer()(" \n\t<br>").empty());
}

TEST_CASE("text can be split at white space alone") {
  const Tokenizer spaces(TokenizerRules{true, true});
  CHECK(joined(spaces("  Don't <br /> -lrb- U.S., \xE2\x80\x94x ")) ==
        "don't <br /> -lrb- u.s., \xE2\x80\x94x");
}

TEST_CASE("tokens of any random text come through a second time unchanged") {
  const std::vector<std::string> pieces = {
      "n",  "t",   "'",    "s",   "ll", "re",   "d",    ".",    "..",   "-",        "--",
      ",",  ":",   "/",    "\\",  "&",  "amp;", "lt;",  "#39;", "#",    "39",       ";",
      "<",  "br",  ">",    " ",   "i",  "u",    "mr",   "no",   "5",    "com",      "www",
      "`",  "\"",  "*",    "lrb", "N",  "T",    "\xC3", "\xA9", "\xFF", "\xC3\x89", "\xE2\x80\x99",
      "co", "n't", "-lrb-"};
  for (const bool lowercase : {true, false}) {
    const Tokenizer tokenizer(TokenizerRules{lowercase});
    for (std::uint64_t seed = 0; seed < 60000; ++seed) {
      tapegrad::Rng rng(seed);
      std::string text;
      for (auto left = 1 + rng.below(12); left > 0; --left)
        text += pieces[rng.below(pieces.size())];
      const std::string wrong = unstable(tokenizer, text);
      if (!wrong.empty()) FAIL(wrong);
    }
  }
}

TEST_CASE("tokens with any Unicode character come through a second time unchanged") {
  for (utf8proc_int32_t code = 1; code < 0x110000; ++code) {
    if (!utf8proc_codepoint_valid(code)) continue;
    const std::string character = utf8(code);
    const std::string wrong = unstable(Tokenizer(), fmt::format("x{0}'s {0}", character));
    if (!wrong.empty()) FAIL(wrong);
  }
}

TEST_CASE("tokens do not depend on where in the memory a text stands") {
  const std::vector<std::string> pieces = {
      "word",  "Longer-words", "don't", "U.S.", " ",  ", ",     "...",          "\xC3\x89t\xC3\xA9",
      "<br/>", "3.5",          "&amp;", "x",    "Aa", "-lrb- ", "\xE2\x80\x94", "\xFF"};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    tapegrad::Rng rng(seed);
    std::string text;
    for (auto left = 1 + rng.below(40); left > 0; --left) text += pieces[rng.below(pieces.size())];
    const auto expected = Tokenizer()(text);
    for (std::size_t before = 1; before < 70; before += 1 + rng.below(7)) {
      if (Tokenizer()(std::string(before, ' ') + text) != expected) FAIL(text);
    }
    auto behind = expected;
    behind.insert(behind.end(), {"q", "q"});
    if (Tokenizer()(text + " q Q") != behind) FAIL(text);
  }
}

TEST_CASE("time grows in proportion to the text, whatever it holds") {
  for (const std::string piece : {"n't", "'s", "a.", "<br ", "no. ", "-", "&#1", "1,", "x&"}) {
    std::string text;
    while (text.size() < 2000000) text += piece;
    const auto start = std::chrono::steady_clock::now();
    tapegrad::TokenBuffer buffer;
    Tokenizer()(text, buffer);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  }
}

TEST_CASE("real texts: stable tokens, and 98.5 % of them or more have a GloVe vector") {
  const std::string data = TAPEGRAD_DATA_DIR;
  if (!std::filesystem::exists(data)) {
    WARN("no data in " << data);
    return;
  }
  std::unordered_set<std::string> has;
  const auto all = [](std::string_view) { return true; };
  for (auto& word : tapegrad::load_vectors(data + "/glove/glove.6B.100d.trim60mb.txt", all).words) {
    has.insert(std::move(word));
  }
  for (const std::string file : {"sst2/stsa.binary.train", "imdb/imdb_train.tsv"}) {
    const tapegrad::Dataset set = tapegrad::load_dataset(data + "/" + file);
    tapegrad::WordCounts counts;
    for (const auto text : set.texts) {
      const auto words = Tokenizer()(text);
      for (const auto& word : words) counts.add(word);
      if (Tokenizer()(joined(words)) != words) FAIL(text);
    }
    const auto found = tapegrad::coverage(
        counts, [&](std::string_view word) { return has.count(std::string(word)) > 0; });
    INFO(file << ": " << to_string(found));
    CHECK(found.tokens_found * 1000 > found.tokens * 985);
  }
}

TEST_CASE("eight bytes at once are told apart as single ones are, whatever their neighbours") {
  namespace detail = tapegrad::detail;
  for (const unsigned neighbour : {0U, 0x2FU, 0x61U, 0x7FU, 0xFFU}) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      for (unsigned place = 0; place < 8; ++place) {
        const std::uint64_t others = detail::in_each_byte(neighbour) & ~(0xFFULL << (8 * place));
        const std::uint64_t told = detail::are_word(others | std::uint64_t{byte} << (8 * place));
        INFO("byte " << byte << " at " << place << " among " << neighbour);
        REQUIRE((told >> (8 * place + 7) & 1U) ==
                static_cast<unsigned>(detail::is_word(static_cast<char>(byte))));
      }
    }
  }
}
