#include <tapegrad/training/serving.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/training/entry_names.hpp>
#include <tapegrad/training/explain.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// A kept word in place of an unknown one.
struct KeptPlace {
  std::size_t text;
  std::size_t word;  // its number in the text
  std::int32_t id;
};

// The rows of `more` behind those of `table`.
Array joined(const Array& table, const Array& more) {
  Shape shape = table.shape();
  shape[0] += more.shape()[0];
  Array all(shape);
  std::copy_n(more.data(), more.size(), std::copy_n(table.data(), table.size(), all.data()));
  return all;
}

void append_kept_rows(TextClassifier& net, const Array& values) {
  const Shape table = net.table_shape();
  const std::size_t more = values.shape()[0];
  check_memory("kept vectors", table[0] + more, table[1]);
  if (const QuantizedTable* few_bits = net.quantized()) {
    QuantizedTable longer = *few_bits;
    longer.append(quantize(values, few_bits->kind()));
    std::visit([&](auto& each) { each.embed.use_quantized(std::move(longer)); }, net.net);
  } else {
    const Parameter longer(joined(net.table().value(), values));
    std::visit([&](auto& each) { each.embed.weight = longer; }, net.net);
  }
  auto* bag = std::get_if<BagClassifier>(&net.net);
  if (bag == nullptr || !bag->nb.defined()) return;
  // What is not known of a word is not known of its class either.
  const Array ratios = full({more}, bag->nb.value()(static_cast<std::size_t>(Vocabulary::unk)));
  bag->nb = Parameter(joined(bag->nb.value(), ratios));
}

// Puts the kept words in the places of their unknown ones, in a text whose entries are in order.
void put_kept(EncodedTexts& texts, const std::vector<KeptPlace>& kept) {
  for (const KeptPlace& place : kept) {
    const auto begin = static_cast<std::size_t>(texts.offsets[place.text]);
    texts.ids[begin + place.word] = place.id;
  }
}

// The same where texts are sets of ids, by rising id: <unk> stays if a word is still unknown, and
// the kept ones come last. `unknown` counts the words of each text that are in no vocabulary.
void add_kept(EncodedTexts& texts, const std::vector<KeptPlace>& kept,
              const std::vector<std::size_t>& unknown) {
  EncodedTexts all;
  auto place = kept.begin();
  for (std::size_t t = 0; t < unknown.size(); ++t) {
    std::vector<std::int32_t> ids(texts.ids.begin() + texts.offsets[t],
                                  texts.ids.begin() + texts.offsets[t + 1]);
    const auto first = place;
    for (; place != kept.end() && place->text == t; ++place) ids.push_back(place->id);
    if (place != first && static_cast<std::size_t>(place - first) == unknown[t]) {
      ids.erase(std::find(ids.begin(), ids.end(), std::int32_t{Vocabulary::unk}));
    }
    std::sort(ids.begin(), ids.end());
    all.ids.insert(all.ids.end(), ids.begin(), std::unique(ids.begin(), ids.end()));
    all.offsets.push_back(static_cast<Index>(all.ids.size()));
  }
  texts.ids = std::move(all.ids);
  texts.offsets = std::move(all.offsets);
}

// Texts that go through the network together. Where they are padded, these are of similar length,
// and few enough to stay in the caches.
std::vector<std::vector<Index>> batches(const TextClassifier& model, const EncodedTexts& texts) {
  constexpr Index most_texts = 64;
  constexpr Index most_cells = 1 << 13;
  std::vector<Index> order(static_cast<std::size_t>(texts.size()));
  std::iota(order.begin(), order.end(), Index{0});
  if (order.empty()) return {};
  if (std::holds_alternative<BagClassifier>(model.net)) return {order};
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return texts.length(a) < texts.length(b); });
  std::vector<std::vector<Index>> all(1);
  for (const Index n : order) {
    const Index with_this = std::ssize(all.back()) + 1;
    const bool fits = with_this <= most_texts && with_this * texts.length(n) <= most_cells;
    if (!fits && !all.back().empty()) all.emplace_back();
    all.back().push_back(n);
  }
  return all;
}

// Copies the rows of a batch's result to their places.
void scatter(const Array& rows, const std::vector<Index>& examples, Array& to) {
  const std::size_t width = to.shape()[1];
  for (std::size_t i = 0; i < examples.size(); ++i) {
    std::copy_n(rows.data() + i * width, width,
                to.data() + static_cast<std::size_t>(examples[i]) * width);
  }
}

}  // namespace

Serving::Serving(ClassifierModel model) : model_(std::move(model)) {
  if (model_.kept.words.empty()) return;
  Index id = model_.vocabulary.size() + model_.ngrams.size();
  for (const std::string& word : model_.kept.words) kept_ids_.emplace(word, id++);
  append_kept_rows(model_.net, std::exchange(model_.kept.values, {}));
}

ServedTexts Serving::encode(const std::vector<std::string_view>& texts, bool name_entries) const {
  const Tokenizer tokenizer(model_.rules);
  TokenBuffer buffer;
  EncodedTexts encoded;
  std::vector<KeptPlace> kept;
  std::vector<std::size_t> unknown(texts.size());
  std::vector<std::vector<std::string>> words(name_entries ? texts.size() : 0);
  for (std::size_t t = 0; t < texts.size(); ++t) {
    const auto& tokens = tokenizer(texts[t], buffer);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto known = model_.vocabulary.find(tokens[i]);
      encoded.ids.push_back(static_cast<std::int32_t>(known.value_or(Vocabulary::unk)));
      if (known) continue;
      ++unknown[t];
      const auto found = kept_ids_.find(tokens[i]);
      if (found != kept_ids_.end()) {
        kept.push_back({t, i, static_cast<std::int32_t>(found->second)});
      } else {
        ++encoded.unknown;
      }
    }
    encoded.offsets.push_back(static_cast<Index>(encoded.ids.size()));
    if (name_entries) words[t].assign(tokens.begin(), tokens.end());
  }
  model_.ngrams.append_to(encoded, model_.vocabulary.size());
  if (!kept.empty() && model_.ngrams.options().distinct) {
    add_kept(encoded, kept, unknown);
  } else {
    put_kept(encoded, kept);
  }
  ServedTexts served{std::move(encoded), {}};
  for (std::size_t t = 0; t < words.size(); ++t) {
    append_entry_names(model_, words[t], served.encoded, static_cast<Index>(t), served.entries);
  }
  return served;
}

Predictions Serving::predict(const ServedTexts& texts) const {
  const auto n = static_cast<std::size_t>(texts.encoded.size());
  const auto classes = static_cast<std::size_t>(model_.config.classes);
  Predictions all{{}, Array(Shape{n, classes})};
  for (const auto& examples : batches(model_.net, texts.encoded)) {
    scatter(softmax(model_.net(texts.encoded, examples, Context{})).value(), examples,
            all.probabilities);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Real* row = all.probabilities.data() + i * classes;
    all.labels.push_back(std::max_element(row, row + classes) - row);
  }
  return all;
}

Array Serving::text_vectors(const ServedTexts& texts) const {
  Array all(Shape{static_cast<std::size_t>(texts.encoded.size()), text_vector_width(model_.net)});
  for (const auto& examples : batches(model_.net, texts.encoded)) {
    scatter(model_.net.text_vectors(texts.encoded, examples, Context{}).value(), examples, all);
  }
  return all;
}

std::vector<Real> Serving::explain(const ServedTexts& texts,
                                   const std::vector<Index>& classes) const {
  const EncodedTexts& encoded = texts.encoded;
  std::vector<Real> all(encoded.ids.size());
  for (const auto& examples : batches(model_.net, encoded)) {
    std::vector<Index> chosen;
    for (const Index n : examples) chosen.push_back(classes.at(static_cast<std::size_t>(n)));
    const auto weights = entry_weights(model_.net, encoded, examples, chosen);
    auto from = weights.begin();
    for (const Index n : examples) {
      const auto length = static_cast<std::ptrdiff_t>(encoded.length(n));
      std::copy_n(from, length, all.begin() + encoded.offsets[static_cast<std::size_t>(n)]);
      from += length;
    }
  }
  return all;
}

std::size_t text_vector_width(const TextClassifier& model) {
  return std::visit([](const auto& each) { return each.out.weight.shape()[1]; }, model.net);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
