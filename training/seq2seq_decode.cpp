#include <tapegrad/training/seq2seq_decode.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <tapegrad/core/profile.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

void check(const DecodeOptions& options) {
  const auto positive = [](const char* what, Index value) {
    if (value >= 1) return;
    throw std::invalid_argument(fmt::format("decode: {} is {}, must be 1 or more", what, value));
  };
  positive("beam", options.beam);
  positive("max_length", options.max_length);
  positive("batch_size", options.batch_size);
  if (!(options.length_penalty >= 0)) {
    throw std::invalid_argument(
        fmt::format("decode: length_penalty is {}, must be 0 or more", options.length_penalty));
  }
}

// The first units of a target, the begin mark among them.
struct Beginning {
  std::vector<Index> ids;
  double log_probability = 0;
};

// A beginning that goes on with a unit.
struct Candidate {
  std::size_t beginning;
  Index unit;
  double log_probability;
};

// The search for the target of one source.
class Search {
 public:
  Search(Index begin, Index end, const DecodeOptions& options)
      : end_(end), options_(options), width_(static_cast<std::size_t>(options.beam)) {
    open_.push_back({{begin}, 0});
  }

  const std::vector<Beginning>& open() const { return open_; }

  // Takes the log-probabilities [open, V] of the next units.
  void extend(const Real* log_probabilities, std::size_t units) {
    std::vector<Beginning> longer;
    for (const Candidate& candidate : likeliest(log_probabilities, units)) {
      Beginning grown = open_[candidate.beginning];
      grown.log_probability = candidate.log_probability;
      if (candidate.unit == end_) {
        finish(grown, true);
        --width_;
        continue;
      }
      grown.ids.push_back(candidate.unit);
      longer.push_back(std::move(grown));
    }
    if (longer.empty() && !best_.ended) finish(open_.front(), false);  // no unit is possible
    open_ = std::move(longer);
    if (!open_.empty() && best_.ended && best_.score >= bound(open_.front())) open_.clear();
  }

  // What was found, when there is no time for more.
  Decoded result() {
    if (!best_.ended && !open_.empty()) finish(open_.front(), false);
    return std::move(best_);
  }

 private:
  std::vector<Candidate> likeliest(const Real* log_probabilities, std::size_t units) const {
    std::vector<Candidate> all;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      for (std::size_t unit = 0; unit < units; ++unit) {
        const auto each = static_cast<double>(log_probabilities[i * units + unit]);
        if (!(each > impossible)) continue;
        all.push_back({i, static_cast<Index>(unit), open_[i].log_probability + each});
      }
    }
    const std::size_t kept = std::min(width_, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(),
                      [](const Candidate& a, const Candidate& b) {
                        if (a.log_probability != b.log_probability) {
                          return a.log_probability > b.log_probability;
                        }
                        return a.beginning != b.beginning ? a.beginning < b.beginning
                                                          : a.unit < b.unit;
                      });
    all.resize(kept);
    return all;
  }

  double score(double log_probability, std::size_t length) const {
    return log_probability / std::pow(static_cast<double>(length), options_.length_penalty);
  }
  // The best that can still become of a beginning.
  double bound(const Beginning& beginning) const {
    return score(beginning.log_probability, static_cast<std::size_t>(options_.max_length));
  }

  // The begin mark, which ids still have, counts for the end mark.
  void finish(const Beginning& whole, bool ended) {
    const double reached = score(whole.log_probability, whole.ids.size());
    if (best_.ended && reached <= best_.score) return;
    best_ = {{whole.ids.begin() + 1, whole.ids.end()}, whole.log_probability, reached, ended};
  }

  Index end_;
  const DecodeOptions& options_;
  std::size_t width_;
  std::vector<Beginning> open_;  // by falling probability
  Decoded best_;
};

// The open beginnings of all searches [N, t], and whose each is.
IndexArray gather(const std::vector<Search>& searches, std::vector<std::size_t>& sources) {
  std::vector<Index> ids;
  sources.clear();
  for (std::size_t s = 0; s < searches.size(); ++s) {
    for (const Beginning& each : searches[s].open()) {
      ids.insert(ids.end(), each.ids.begin(), each.ids.end());
      sources.push_back(s);
    }
  }
  if (sources.empty()) return IndexArray(Shape{0, 1});
  IndexArray prefixes(Shape{sources.size(), ids.size() / sources.size()});
  std::copy(ids.begin(), ids.end(), prefixes.data());
  return prefixes;
}

// The memory of each of these sources.
Memory rows_of_memory(const Memory& memory, const std::vector<std::size_t>& sources) {
  const std::size_t positions = memory.states.size(1);
  const std::size_t width = positions * memory.states.size(2);
  Array states(Shape{sources.size(), positions, memory.states.size(2)});
  Mask padding(Mask::shape_type{sources.size(), positions});
  for (std::size_t n = 0; n < sources.size(); ++n) {
    std::copy_n(memory.states.value().data() + sources[n] * width, width,
                states.data() + n * width);
    std::copy_n(memory.padding.data() + sources[n] * positions, positions,
                padding.data() + n * positions);
  }
  return {Tensor(std::move(states)), std::move(padding)};
}

// log P of the unit behind each prefix, without those that no target has.
Array next_units(const Seq2SeqModel& model, const IndexArray& prefixes, const Memory& memory) {
  const auto last = static_cast<Index>(prefixes.shape()[1]);
  const Tensor states = slice(model.net.decode(prefixes, memory, Context{}), 1, last - 1, last);
  const Tensor logits = model.net.out(reshape(states, {states.size(0), states.size(2)}));
  Array result = log_softmax(logits).value();
  for (std::size_t n = 0; n < result.shape()[0]; ++n) {
    for (const Index never : {Vocabulary::pad, Vocabulary::unk, model.target.id(begin_mark)}) {
      result(n, static_cast<std::size_t>(never)) = static_cast<Real>(impossible);
    }
  }
  return result;
}

}  // namespace

std::vector<Decoded> beam_search(const NextUnit& next, std::size_t sources, Index begin, Index end,
                                 const DecodeOptions& options) {
  check(options);
  std::vector<Search> searches(sources, Search(begin, end, options));
  std::vector<std::size_t> owners;
  for (Index step = 0; step < options.max_length; ++step) {
    const IndexArray prefixes = gather(searches, owners);
    if (owners.empty()) break;
    const Array log_probabilities = next(prefixes, owners);
    const std::size_t units = log_probabilities.shape().at(1);
    const Real* row = log_probabilities.data();
    for (Search& search : searches) {
      const std::size_t rows = search.open().size();
      if (rows > 0) search.extend(row, units);
      row += rows * units;
    }
  }
  std::vector<Decoded> results;
  for (Search& search : searches) results.push_back(search.result());
  return results;
}

std::vector<Decoded> decode(const Seq2SeqModel& model, const EncodedTexts& sources,
                            const DecodeOptions& options, const std::function<bool()>& cancelled) {
  check(options);
  const ProfileSpan span("decode", Phase::other);
  DecodeOptions limited = options;
  limited.max_length =
      std::min(options.max_length, static_cast<Index>(model.config.max_length) + 1);
  std::vector<Decoded> all;
  for (const auto& examples : sequential_batches(sources, options.batch_size).batches) {
    if (cancelled && cancelled()) break;
    const Memory memory = model.net.encode(padded_batch(sources, examples).ids, Context{});
    const NextUnit next = [&](const IndexArray& prefixes, const std::vector<std::size_t>& owners) {
      return next_units(model, prefixes, rows_of_memory(memory, owners));
    };
    for (Decoded& each : beam_search(next, examples.size(), model.target.id(begin_mark),
                                     model.target.id(end_mark), limited)) {
      all.push_back(std::move(each));
    }
  }
  return all;
}

std::string text_of(const Seq2SeqModel& model, const Decoded& decoded) {
  std::vector<std::string> units;
  for (const Index id : decoded.ids) units.push_back(model.target.word(id));
  return join_units(units, model.config.target_unit);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
