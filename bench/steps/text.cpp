// Reading: tokenize and vectors. Their bytes are those of the file.

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <tapegrad/text/batches.hpp>
#include <tapegrad/text/dataset.hpp>
#include <tapegrad/text/vectors.hpp>

#include "data.hpp"

namespace bench {
namespace {

double total_size(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return static_cast<double>(bytes);
}

// The texts of a data set as ids of its own words.
Step tokenize(const Options& options) {
  const tg::Dataset data = tg::load_dataset(options.text("file"));
  const auto texts =
      std::make_shared<std::vector<std::string>>(data.texts.begin(), data.texts.end());
  const tg::Tokenizer tokenizer;
  const tg::Vocabulary vocabulary(tg::count_words(*texts, tokenizer));
  return {.run = [=] { tg::encode(*texts, tokenizer, vocabulary); }, .bytes = total_size(*texts)};
}

// The vectors of the words in the file `words`, one a line as Vocabulary::save writes them; without
// it all of them. With a folder `cache` from the copy that is kept there.
Step vectors(const Options& options) {
  const std::string path = options.text("file");
  const auto bytes = static_cast<double>(std::filesystem::file_size(path));
  const tg::VectorOptions how{.cache = options.text("cache", "")};
  const std::string words = options.text("words", "");
  if (words.empty()) {
    return {.run =
                [=] {
                  tg::load_vectors(
                      path, [](std::string_view) { return true; }, how);
                },
            .bytes = bytes};
  }
  return {.run = [=, vocabulary =
                         tg::Vocabulary::load(words)] { tg::load_vectors(path, vocabulary, how); },
          .bytes = bytes};
}

}  // namespace

void add_text_steps(Registry& registry) {
  registry["tokenize"] = tokenize;
  registry["vectors"] = vectors;
}

}  // namespace bench
