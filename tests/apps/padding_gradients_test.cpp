#include <catch2/catch.hpp>

#include <lines.hpp>
#include "program.hpp"

using Catch::Contains;

namespace {

// The page: what comes before, the part with padding_idx, the part without.
struct Page {
  std::vector<std::string> before, with, without;
  Page() {
    const Finished page = run("padding_gradients", {});
    REQUIRE(page.code == 0);
    CHECK(page.err.empty());
    std::vector<std::string>* part = &before;
    for (const std::string& line : lines_of(page.out)) {
      if (line.rfind("== With padding_idx", 0) == 0) part = &with;
      if (line.rfind("== Without padding_idx", 0) == 0) part = &without;
      part->push_back(line);
    }
  }
};

// The lines "  row N: ..." under the line that begins with `title`.
std::vector<std::string> rows_under(const std::vector<std::string>& part,
                                    const std::string& title) {
  std::vector<std::string> rows;
  bool under = false;
  for (const std::string& line : part) {
    if (line.rfind("  row ", 0) != 0) under = line.rfind(title, 0) == 0;
    if (under && line.rfind("  row ", 0) == 0) rows.push_back(line);
  }
  return rows;
}

bool has(const std::vector<std::string>& part, const std::string& line) {
  return std::find(part.begin(), part.end(), line) != part.end();
}

const char* const zeros_of_row_0 = "  row 0:   0.0000   0.0000   0.0000";

}  // namespace

TEST_CASE("padding_gradients shows the padded batch and the output's shape") {
  const Page page;
  CHECK(has(page.before, "  [1 2 3 0 0]"));
  CHECK(has(page.before, "  [4 5 0 0 0]"));
  CHECK(has(page.with, "output shape: [2, 5, 3]"));
  CHECK(has(page.with, "vector at the padded position [0, 3]: 0.0000 0.0000 0.0000"));
}

TEST_CASE("padding_gradients: with padding_idx the gradient has all rows but 0, which stays zero") {
  const Page page;
  CHECK(has(page.with, "gradient of sum((vector - 1)^2): rows [1, 2, 3, 4, 5]"));
  CHECK(rows_under(page.with, "gradient of").size() == 5);
  const auto dense = rows_under(page.with, "the same as a dense matrix");
  const auto before = rows_under(page.with, "weights before");
  const auto after = rows_under(page.with, "weights after one Adam step");
  REQUIRE(dense.size() == 6);
  REQUIRE(before.size() == 6);
  REQUIRE(after.size() == 6);
  CHECK(dense[0] == zeros_of_row_0);
  CHECK(before[0] == zeros_of_row_0);
  CHECK(after[0] == zeros_of_row_0);
  for (std::size_t row = 1; row < 6; ++row) CHECK(after[row] != before[row]);
}

TEST_CASE("padding_gradients: without padding_idx row 0 gets a gradient and changes") {
  const Page page;
  CHECK(has(page.without, "gradient of sum((vector - 1)^2): rows [0, 1, 2, 3, 4, 5]"));
  const auto before = rows_under(page.without, "weights before");
  const auto after = rows_under(page.without, "weights after one Adam step");
  REQUIRE(before.size() == 6);
  REQUIRE(after.size() == 6);
  CHECK(before[0] != zeros_of_row_0);
  CHECK(after[0] != before[0]);
  // The other rows are those of the first part: only padding makes the difference.
  CHECK(std::equal(before.begin() + 1, before.end(),
                   rows_under(page.with, "weights before").begin() + 1));
}

TEST_CASE("padding_gradients explains itself and takes no arguments") {
  const Finished help = run("padding_gradients", {"--help"});
  CHECK(help.code == 0);
  CHECK_THAT(help.out, Contains("padding row"));
  const Finished wrong = run("padding_gradients", {"extra"});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("extra"));
}
