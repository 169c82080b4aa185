// The tokenizer. The first byte chooses its rules.
#include <tapegrad/text/tokenizer.hpp>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

void fuzz::check(std::string_view bytes) {
  const std::size_t choice = take_choice(bytes, 4);
  const tg::Tokenizer tokenize({.lowercase = choice % 2 == 0, .whitespace_only = choice >= 2});
  const std::vector<std::string> tokens = tokenize(bytes);
  std::string joined;
  for (const std::string& token : tokens) {
    expect(!token.empty(), "no token is empty");
    expect(token.find_first_of(" \t\n\v\f\r") == std::string::npos, "no token holds white space");
    joined += token + ' ';
  }
  expect(tokenize(joined) == tokens, "tokens joined by spaces are the same tokens again");
}
