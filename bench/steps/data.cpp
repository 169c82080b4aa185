#include "data.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace bench {
namespace {

// sums[i] is proportional to the probability of an id of at most i + 1.
std::vector<double> zipf_sums(std::size_t rows) {
  std::vector<double> sums(rows - 1);
  double sum = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum += 1.0 / static_cast<double>(i + 1);
  return sums;
}

tg::Index draw(const std::vector<double>& sums, tg::Rng& rng) {
  const auto at = std::upper_bound(sums.begin(), sums.end() - 1, rng.uniform() * sums.back());
  return at - sums.begin() + 1;
}

Texts zipf_batch(const std::vector<double>& sums, std::size_t items, std::size_t longest,
                 tg::Rng& rng) {
  Texts texts;
  texts.ids = tg::IndexArray(tg::Shape{items, longest}, 0);
  texts.labels = tg::IndexArray(tg::Shape{items});
  texts.bags.offsets = tg::IndexArray(tg::Shape{items});
  std::vector<tg::Index> flat;
  for (std::size_t b = 0; b < items; ++b) {
    texts.labels[b] = static_cast<tg::Index>(rng.below(2));
    texts.bags.offsets[b] = static_cast<tg::Index>(flat.size());
    const std::size_t shortest = std::max<std::size_t>(longest / 8, 1);
    const std::size_t length = shortest + rng.below(longest - shortest + 1);
    for (std::size_t t = 0; t < length; ++t) {
      flat.push_back(draw(sums, rng));
      texts.ids(b, t) = flat.back();
    }
  }
  texts.bags.ids = tg::IndexArray(tg::Shape{flat.size()});
  std::copy(flat.begin(), flat.end(), texts.bags.ids.begin());
  return texts;
}

}  // namespace

std::vector<Texts> zipf_texts(std::size_t rows, std::size_t items, std::size_t length) {
  const std::vector<double> sums = zipf_sums(rows);
  tg::Rng rng(1);
  std::vector<Texts> texts;
  for (std::size_t i = 0; i < batches; ++i) texts.push_back(zipf_batch(sums, items, length, rng));
  return texts;
}

double mean_ids(const std::vector<Texts>& texts) {
  std::size_t sum = 0;
  for (const Texts& batch : texts) sum += batch.bags.ids.size();
  return static_cast<double>(sum) / static_cast<double>(texts.size());
}

double mean_unique_ids(const std::vector<Texts>& texts) {
  std::size_t sum = 0;
  for (const Texts& batch : texts) {
    sum += std::set<tg::Index>(batch.bags.ids.begin(), batch.bags.ids.end()).size();
  }
  return static_cast<double>(sum) / static_cast<double>(texts.size());
}

tg::Array random_array(const tg::Shape& shape) {
  tg::Array array(shape);
  tg::Rng rng(2);
  for (tg::Real& value : array) value = static_cast<tg::Real>(rng.uniform(-0.05, 0.05));
  return array;
}

tg::RowPolicy row_policy(const std::string& name) {
  if (name == "lazy") return tg::RowPolicy::lazy;
  if (name == "dense") return tg::RowPolicy::dense;
  if (name == "exact") return tg::RowPolicy::exact;
  throw std::invalid_argument(fmt::format("rows={}: not one of lazy, dense, exact", name));
}

}  // namespace bench
