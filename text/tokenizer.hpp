// Splits text into the words that pretrained English vectors know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapegrad {

/// What a tokenizer does; saved with a model, so that prediction splits as training did.
struct TokenizerRules {
  /// Letters become lower-case, Unicode's too. GloVe 6B knows lower-case words only.
  bool lowercase = true;
  /// Splits at white space and nowhere else (the lower-casing and cleaning of characters below
  /// still happen, except for tags and entities): for text that is tokenized already.
  bool whitespace_only = false;
  /// The version of the rules below; rises when they change the tokens of some text.
  int version = 1;
};

/// Memory of a tokenizer's call, to be used again for the next text.
struct TokenBuffer {
  /// From the begin of each token on, at least so many bytes may be read.
  static constexpr std::size_t padding = 16;

  std::string text;
  std::vector<std::string_view> tokens;
};

/// Splits text as the texts behind GloVe 6B were split (Penn Treebank style), linear in its length.
///
/// Characters, first:
/// - White space and control characters separate words. Soft hyphens, zero-width characters and
///   variation selectors vanish. A byte that is no UTF-8 becomes U+FFFD.
/// - Curly quotes become straight (' and "), U+2026 becomes `...`; characters that text in Windows'
///   code page leaves in U+0080 to U+009F are read as that page has them.
/// - The tags <br>, <p>, <hr>, <b>, <i>, <em>, <strong>, <u>, open or closed, are white space.
/// - The entities &amp; &lt; &gt; &quot; &apos; &nbsp; &#NUMBER; and #NUMBER; are their character
///   (#39; of AG News, which stands after a space, joins the t of n't to its verb).
/// - The Treebank's escapes: `\/` is /, `\*` is *, `-lrb-` and `-rrb-` are ( and ), likewise
///   `-lsb-`, `-rsb-`, `-lcb-`, `-rcb-`.
///
/// Then words:
/// - A word is a run of letters, digits and combining marks. Inside a word stay: a hyphen
///   (`well-made`), an apostrophe (`o'clock`), `. , : /` between digits (`3.5`, `1,000`, `10:30`,
///   `1/2`), `&` between at most two letters each (`at&t`), `.` between single letters (`u.s`) and
///   in host names (`www.imdb`, `imdb.com`, also .org and .net).
/// - `n't 's 'm 'd 'll 're 've` at a word's end are tokens of their own: `do n't`, `it 's`.
/// - A period stays on initials (`j.`, `u.s.`; but not on `i`) and on abbreviations: `mr.`, `dr.`,
///   `vs.` and so on; on `no.` only before a number.
/// - `...` stands for two or more periods, `--` for two or more hyphens, `''` and ` `` ` are one
///   token. Every other character is a token.
///
/// Tokenizing tokens joined by spaces gives the same tokens again.
class Tokenizer {
 public:
  explicit Tokenizer(TokenizerRules rules = {}) : rules_(rules) {}

  /// The tokens of `text`; none when it is empty or all white space.
  std::vector<std::string> operator()(std::string_view text) const;
  /// The same without a string for each token: views into `buffer`, valid until it is used again.
  const std::vector<std::string_view>& operator()(std::string_view text, TokenBuffer& buffer) const;

  const TokenizerRules& rules() const { return rules_; }

 private:
  TokenizerRules rules_;
};

}  // namespace tapegrad
