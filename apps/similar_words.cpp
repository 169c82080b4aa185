// Similar words, analogies and what a training changed, from word vectors or a saved model.

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/line_stream.hpp>

#include "compare_words.hpp"
#include "console/console.hpp"
#include "similar_words_options.hpp"
#include "word_vectors.hpp"

namespace tg = tapegrad;
namespace console = tg::console;

namespace {

using Words = std::vector<std::string>;

class SimilarWords {
 public:
  explicit SimilarWords(const tg::SimilarWordsOptions& options)
      : options_(options),
        form_(options.output.value()),
        space_(make_space(options)),
        lookup_(space_, options.vectors, options.exact_case) {}

  int run() {
    int code = console::success;
    if (!options_.analogy.empty()) {
      solve();
    } else if (!options_.similarity.empty()) {
      measure();
    } else if (!options_.eval.empty()) {
      evaluate();
    } else if (!options_.words.empty()) {
      code = answer(options_.words);
    } else {
      code = answer_stream();
    }
    if (code != console::interrupted) console::close_out();
    return code;
  }

 private:
  static tg::WordSpace make_space(const tg::SimilarWordsOptions& options) {
    console::ReadingLine reading(options.quiet);
    tg::VectorOptions how = vector_options(options);
    how.progress = reading.callback();
    tg::WordVectors vectors = load_word_vectors(options.vectors, how);
    reading.clear();
    if (vectors.words.empty()) throw std::runtime_error(options.vectors + ": has no words");
    return {vectors.words, std::move(vectors.values)};
  }

  void solve() const {
    const Words& words = options_.analogy;
    const tg::Analogy analogy{lookup_.row(words[0]), lookup_.row(words[1]), lookup_.row(words[2])};
    const auto answers = space_.solve({analogy}, options_.top);
    console::write_out(analogy_text(form_, space_, words, answers[0]));
  }

  void measure() const {
    const Words& words = options_.similarity;
    const double cosine = space_.search().cosine(lookup_.row(words[0]), lookup_.row(words[1]));
    console::write_out(similarity_text(form_, words, cosine));
  }

  // Answers words as they come, all that are there together.
  int answer_stream() const {
    constexpr std::size_t most = 256;
    console::catch_interrupts();
    tg::LineStream stream("-", console::stop_requested);
    int code = console::success;
    std::string_view line;
    while (!console::stop_requested() && stream.next(line)) {
      Words words;
      const auto take = [&] {
        if (const std::string word = trimmed(line); !word.empty()) words.push_back(word);
      };
      take();
      while (words.size() < most && stream.ready() && stream.next(line)) take();
      code = std::max(code, answer(words));
    }
    return console::stop_requested() ? console::interrupted : code;
  }

  static std::string trimmed(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return std::string(line.substr(begin, line.find_last_not_of(" \t") + 1 - begin));
  }

  int answer(const Words& words) const {
    std::vector<tg::Index> rows;
    for (const std::string& word : words) {
      if (const auto row = lookup_.find(word)) rows.push_back(*row);
    }
    tg::NeighbourLists lists = space_.search().nearest_to_rows(rows, options_.top);
    std::size_t known = 0;
    for (const std::string& word : words) {
      tg::WordAnswer answer{.word = word, .found = {}};
      if (lookup_.find(word)) {
        answer.found = space_.word(rows[known]);
        answer.neighbours = std::move(lists[known]);
        ++known;
      } else {
        answer.suggestions = lookup_.suggestions(word);
        console::print_error("similar_words", lookup_.unknown(word, answer.suggestions));
      }
      console::write_out(answer_text(form_, space_, answer));
    }
    return known == words.size() ? console::success : console::failure;
  }

  void evaluate() const {
    std::vector<tg::WordTest> tests;  // all files are read before the work begins
    for (const std::string& file : options_.eval) tests.push_back(tg::read_word_test(file));
    std::vector<tg::EvaluatedFile> done;
    for (std::size_t i = 0; i < tests.size(); ++i) {
      done.push_back(evaluate(options_.eval[i], tests[i]));
    }
    console::write_out(evaluation_text(form_, done));
  }

  tg::EvaluatedFile evaluate(const std::string& file, const tg::WordTest& test) const {
    std::set<std::string, std::less<>> lower_cased;
    const auto find = [&](std::string_view word) {
      const auto row = lookup_.find(word);
      if (row && space_.word(*row) != word) lower_cased.emplace(word);
      return row;
    };
    tg::EvaluatedFile result{.file = file, .pairs = {}};
    if (test.has_analogies()) {
      console::ProgressLine line(options_.quiet);
      result.sections =
          tg::evaluate(space_, test.sections, find, [&](tg::Index asked, tg::Index all) {
            const double share = static_cast<double>(asked) / static_cast<double>(all);
            line.show([&] { return "evaluating " + file; }, share);
          });
    } else {
      result.pairs = tg::evaluate(space_, test.pairs, find);
    }
    result.lower_cased = static_cast<tg::Index>(lower_cased.size());
    return result;
  }

  const tg::SimilarWordsOptions& options_;
  tg::WordForm form_;
  tg::WordSpace space_;
  tg::WordLookup lookup_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  tg::SimilarWordsOptions options;
  tg::add_options(app, options);
  return console::run(app, tg::similar_words_manual(), argc, argv, [&] {
    tg::complete(app, options);
    tg::set_threads(options.threads);
    if (!options.compare.empty()) return tg::compare_words(options);
    return SimilarWords(options).run();
  });
}
