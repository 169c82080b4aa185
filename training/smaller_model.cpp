#include <tapegrad/training/smaller_model.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <tapegrad/training/quantized_network.hpp>
#include <utility>

namespace tapegrad {

KeepBy keep_by(const std::string& name) {
  if (name == "frequency") return KeepBy::frequency;
  if (name == "norm") return KeepBy::norm;
  throw std::invalid_argument(fmt::format("by: \"{}\" is not one of frequency, norm", name));
}

inline namespace TAPEGRAD_PRECISION {
namespace {

// The square of each word's norm.
std::vector<double> squares(const Array& table, std::size_t words) {
  const std::size_t width = table.shape()[1];
  std::vector<double> sums(words);
  for (std::size_t row = 0; row < words; ++row) {
    const Real* x = table.data() + row * width;
    for (std::size_t d = 0; d < width; ++d) {
      sums[row] += static_cast<double>(x[d]) * static_cast<double>(x[d]);
    }
  }
  return sums;
}

// The ids of the words that stay, rising.
std::vector<Index> kept_words(const ClassifierModel& model, Index keep, KeepBy by) {
  std::vector<Index> ids(static_cast<std::size_t>(model.vocabulary.size()));
  std::iota(ids.begin(), ids.end(), Index(0));
  if (keep >= model.vocabulary.size()) return ids;
  if (by == KeepBy::norm) {
    const std::vector<double> norms = squares(model.net.table().value(), ids.size());
    std::stable_sort(ids.begin() + Vocabulary::unk + 1, ids.end(), [&](Index a, Index b) {
      return norms[static_cast<std::size_t>(a)] > norms[static_cast<std::size_t>(b)];
    });
  }
  ids.resize(static_cast<std::size_t>(keep));
  std::sort(ids.begin(), ids.end());
  return ids;
}

// These words, in this order: counts that fall keep them in it.
Vocabulary vocabulary_of(const Vocabulary& all, const std::vector<Index>& ids) {
  std::vector<CountedWord> words;
  for (const Index id : ids) {
    if (id > Vocabulary::unk) {
      words.push_back({all.word(id), static_cast<Index>(ids.size() - words.size())});
    }
  }
  return Vocabulary(words);
}

// The words that do not stay, rising.
std::vector<Index> lost_words(const std::vector<Index>& kept, Index words) {
  std::vector<Index> lost;
  for (Index id = 0; id < words; ++id) {
    if (!std::binary_search(kept.begin(), kept.end(), id)) lost.push_back(id);
  }
  return lost;
}

// The mean of these rows, of which there are some.
void mean_of_rows(const Array& table, const std::vector<Index>& rows, std::size_t width, Real* to) {
  for (std::size_t d = 0; d < width; ++d) {
    double sum = 0;
    for (const Index row : rows) {
      sum += static_cast<double>(table.data()[static_cast<std::size_t>(row) * width + d]);
    }
    to[d] = static_cast<Real>(sum / static_cast<double>(rows.size()));
  }
}

// These rows of a parameter, frozen as it was; that of <unk> is the mean of the lost ones.
Parameter rows_of(const Parameter& p, const std::vector<Index>& rows,
                  const std::vector<Index>& lost) {
  Shape shape = p.shape();
  const std::size_t width = count(shape) / std::max<std::size_t>(1, shape[0]);
  shape[0] = rows.size();
  Array values(shape);
  std::vector<Index> frozen;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(p.value().data() + static_cast<std::size_t>(rows[i]) * width, width,
                values.data() + i * width);
    if (std::binary_search(p.frozen_rows().begin(), p.frozen_rows().end(), rows[i])) {
      frozen.push_back(static_cast<Index>(i));
    }
  }
  if (!lost.empty()) {
    mean_of_rows(p.value(), lost, width, values.data() + Vocabulary::unk * width);
  }
  Parameter kept(std::move(values));
  kept.set_frozen(p.frozen());
  kept.set_frozen_rows(std::move(frozen));
  return kept;
}

}  // namespace

ClassifierModel quantized(const ClassifierModel& model, QuantizedKind kind) {
  check_quantized(model.kept, kind);
  ClassifierModel result = model;
  QuantizedTable table = quantize(model.net.table().value(), kind);
  std::visit([&](auto& each) { each.embed.use_quantized(std::move(table)); }, result.net.net);
  return result;
}

ClassifierModel pruned(const ClassifierModel& model, Index keep, KeepBy by) {
  const Parameter& table = model.net.table();
  if (keep < 2) {
    throw std::invalid_argument(
        fmt::format("pruned: keep is {}, expected at least 2: <pad> and <unk> count", keep));
  }
  if (model.ngrams.size() > 0 && model.ngrams.options().buckets > 0) {
    throw std::invalid_argument(
        "pruned: the model hashes its n-grams, whose places in the table are made of the numbers "
        "of their words; only one with listed n-grams, or none, can be pruned");
  }
  ClassifierModel result = model;
  std::vector<Index> rows = kept_words(model, keep, by);
  const std::vector<Index> lost = lost_words(rows, model.vocabulary.size());
  std::vector<std::int32_t> new_ids(static_cast<std::size_t>(model.vocabulary.size()), -1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    new_ids[static_cast<std::size_t>(rows[i])] = static_cast<std::int32_t>(i);
  }
  result.vocabulary = vocabulary_of(model.vocabulary, rows);
  const std::vector<Index> ngrams = result.ngrams.keep(new_ids);
  for (const Index number : ngrams) rows.push_back(model.vocabulary.size() + number);
  std::visit([&](auto& each) { each.embed.weight = rows_of(table, rows, lost); }, result.net.net);
  if (auto* bag = std::get_if<BagClassifier>(&result.net.net);
      bag != nullptr && bag->nb.defined()) {
    bag->nb = rows_of(bag->nb, rows, lost);
  }
  return result;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
