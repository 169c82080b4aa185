#include <fmt/ranges.h>
#include <catch2/catch.hpp>
#include <tapegrad/text/batches.hpp>
#include <tapegrad/text/tokenizer.hpp>
#include <tapegrad/text/vectors.hpp>

using tapegrad::Tokenizer;

namespace {
std::string joined(const std::vector<std::string>& tokens) {
  return fmt::format("{}", fmt::join(tokens, " "));
}
std::string tokens(std::string_view text) {
  return joined(Tokenizer()(text));
}
}  // namespace

TEST_CASE("first") {
  CHECK(tokens("I don't think it's well-made...") == "i do n't think it 's well-made ...");
}
