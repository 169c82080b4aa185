#include <tapegrad/report/changed_words.hpp>

#include <algorithm>
#include <tapegrad/text/neighbours.hpp>
#include <utility>

namespace tapegrad {
namespace {

// Without the rows of n-grams.
NeighbourSearch search_in(const Array& table, std::size_t words) {
  Array rows(Shape{words, table.shape()[1]});
  std::copy_n(table.data(), rows.size(), rows.data());
  return NeighbourSearch(std::move(rows));
}

std::vector<std::vector<SimilarWord>> similar_words(const Vocabulary& vocabulary,
                                                    const Array& table,
                                                    const std::vector<Index>& ids, Index k) {
  const NeighbourSearch search = search_in(table, static_cast<std::size_t>(vocabulary.size()));
  std::vector<std::vector<SimilarWord>> all;
  for (const auto& neighbours :
       search.nearest_to_rows(ids, k, {Vocabulary::pad, Vocabulary::unk})) {
    all.emplace_back();
    for (const Neighbour& each : neighbours) {
      all.back().push_back({vocabulary.word(each.row), each.cosine});
    }
  }
  return all;
}

}  // namespace

std::vector<ChangedWord> changed_words(const Vocabulary& vocabulary, const Array& before,
                                       const Array& after, const std::vector<Index>& ids, Index k) {
  if (ids.empty()) return {};
  auto was = similar_words(vocabulary, before, ids, k);
  auto is = similar_words(vocabulary, after, ids, k);
  std::vector<ChangedWord> words;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    words.push_back({vocabulary.word(ids[i]), std::move(was[i]), std::move(is[i]), false});
  }
  return words;
}

}  // namespace tapegrad
