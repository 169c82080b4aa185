// Shows, on an example small enough to read, how the gradient of an embedding table skips padding.

#include <fmt/ranges.h>

#include <string>
#include <tapegrad/tapegrad.hpp>

#include "console/console.hpp"

namespace tg = tapegrad;
namespace console = tg::console;

namespace {

constexpr tg::Index pad = 0;

// The rows of a matrix [N, D], one a line.
void print_rows(const tg::Array& matrix, const std::vector<tg::Index>& numbers = {}) {
  const std::size_t width = matrix.shape().back();
  for (std::size_t i = 0; i < matrix.size() / width; ++i) {
    const tg::Real* row = matrix.data() + i * width;
    fmt::print("  row {}: {:8.4f}\n", numbers.empty() ? static_cast<tg::Index>(i) : numbers[i],
               fmt::join(row, row + width, " "));
  }
}

// One Adam step on the sum of squares of what a lookup gives; shows what it does to the table.
void show_step(tg::Embedding embed, const tg::IndexArray& ids) {
  tg::Adam adam(embed, {.lr = 0.1});
  fmt::print("weights before:\n");
  print_rows(embed.weight.value());

  tg::Tape tape;
  const tg::Tensor vectors = embed(ids);
  fmt::print("output shape: {}\n", tg::to_string(vectors.shape()));
  const tg::Real* padded = vectors.value().data() + 3 * vectors.size(2);
  fmt::print("vector at the padded position [0, 3]: {:.4f}\n",
             fmt::join(padded, padded + vectors.size(2), " "));
  const tg::Tensor one(tg::full({}, 1));
  const tg::Tensor loss = tg::sum((vectors - one) * (vectors - one));
  const tg::Gradients gradients = tape.backward(loss);

  const tg::RowGrad& rows = gradients[embed.weight].rows();
  fmt::print("gradient of sum((vector - 1)^2): rows {}\n", rows.rows);
  print_rows(rows.values, rows.rows);
  fmt::print("the same as a dense matrix:\n");
  print_rows(gradients.dense(embed.weight));
  adam.step(gradients);
  fmt::print("weights after one Adam step:\n");
  print_rows(embed.weight.value());
}

int show() {
  const tg::IndexArray ids{{1, 2, 3, pad, pad}, {4, 5, pad, pad, pad}};
  fmt::print("A batch of two texts, of 3 and 2 words, padded with id {} to length 5:\n", pad);
  fmt::print("  [1 2 3 0 0]\n  [4 5 0 0 0]\n\n");

  fmt::print("== With padding_idx = {}: row {} is zero and stays so ==\n", pad, pad);
  tg::Rng rng(1);
  show_step(tg::Embedding(6, 3, rng, {.padding_idx = pad}), ids);

  fmt::print(
      "\n== Without padding_idx: row {} is a word like any other, and learns from every gap "
      "==\n",
      pad);
  tg::Rng same(1);
  show_step(tg::Embedding(6, 3, same), ids);
  return console::success;
}

console::Manual manual() {
  console::Manual manual;
  manual.summary = "show how the gradient of an embedding table skips the padding row";
  manual.description =
      "On an example small enough to read: the lookup, the row gradient, the dense view of it, one "
      "Adam step, and the same without padding_idx.";
  manual.examples = {{"padding_gradients", "All of it, on one page."},
                     {"padding_gradients | less", "The same, page by page."}};
  manual.see_also = {"train_sentiment", "docs/programs.md"};
  return manual;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  app.name("padding_gradients");
  bool quiet = false;
  console::add_quiet(app, quiet);  // there is nothing but results
  return console::run(app, manual(), argc, argv, show);
}
