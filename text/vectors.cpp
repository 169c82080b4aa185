#include <tapegrad/text/vectors.hpp>

#include <algorithm>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/text/vectors_cache.hpp>
#include <tapegrad/text/vectors_reader.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <unordered_set>

namespace tapegrad {
namespace {

using detail::BadNumbers;
using detail::Flaw;
using detail::VectorBlock;
using detail::VectorReader;

/// Puts the wanted vectors of a file together, of each word the first.
class Gathering {
 public:
  explicit Gathering(VectorReader& file) : file_(file) {}

  void add(VectorBlock& block) {
    const std::size_t width = file_.width();
    auto bad = block.bad.begin();
    std::size_t kept = 0;
    for (std::size_t row = 0; row < block.words.size(); ++row) {
      const bool is_bad = bad != block.bad.end() && bad->row == row;
      const BadNumbers* const numbers = is_bad ? &*bad++ : nullptr;
      const auto [place, is_new] = seen_.emplace(block.words[row]);
      if (!is_new) {
        ++vectors_.duplicates;
        continue;
      }
      if (numbers != nullptr) {
        if (file_.policy() == Malformed::strict) file_.fail(numbers->number, numbers->message);
        file_.leave_out(Flaw::numbers, numbers->number);
        seen_.erase(place);  // the word may come again with better ones
        continue;
      }
      vectors_.words.emplace_back(block.words[row]);
      const Real* const from = block.values.data() + row * width;
      if (kept != row) std::copy_n(from, width, block.values.data() + kept * width);
      ++kept;
    }
    block.values.resize(kept * width);
    parts_.push_back(std::move(block.values));
  }

  WordVectors finish() {
    vectors_.lines = static_cast<Index>(file_.entries());
    vectors_.malformed = static_cast<Index>(file_.left_out());
    vectors_.values = Array(Shape{vectors_.words.size(), file_.width()});
    std::vector<Real*> places;
    Real* to = vectors_.values.data();
    for (const auto& part : parts_) {
      places.push_back(to);
      to += part.size();
    }
    parallel_for(parts_.size(), [&](std::size_t i) {
      std::copy(parts_[i].begin(), parts_[i].end(), places[i]);
      parts_[i] = {};
    });
    return std::move(vectors_);
  }

 private:
  VectorReader& file_;
  WordVectors vectors_;
  std::unordered_set<std::string, WordHash> seen_;  // of words from strangers
  std::vector<std::vector<Real>> parts_;
};

WordVectors read_vectors(const std::string& path, const WordFilter& wanted,
                         const VectorOptions& options) {
  const std::unique_ptr<VectorReader> file =
      detail::open_vectors(path, options.malformed, options.progress);
  Gathering gathering(*file);
  file->each_block(wanted, [&](VectorBlock& block) { gathering.add(block); });
  const std::string complaints = file->complaints();
  if (!complaints.empty()) warn(path + ": " + complaints);
  return gathering.finish();
}

}  // namespace

inline namespace TAPEGRAD_PRECISION {

WordVectors load_vectors(const std::string& path, const WordFilter& wanted,
                         const VectorOptions& options) {
  const ProfileSpan span("vectors", Phase::other);
  std::optional<WordVectors> cached;
  if (!options.cache.empty()) cached = detail::load_cached(path, wanted, options);
  WordVectors vectors = cached ? std::move(*cached) : read_vectors(path, wanted, options);
  add_profile_bytes(vectors.values.size() * sizeof(Real));
  return vectors;
}

WordVectors load_vectors(const std::string& path, const Vocabulary& vocabulary,
                         const VectorOptions& options) {
  return load_vectors(
      path, [&](std::string_view word) { return vocabulary.find(word).has_value(); }, options);
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
