#include <tapegrad/text/vectors.hpp>

#include <algorithm>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/text/vectors_cache.hpp>
#include <tapegrad/text/vectors_lines.hpp>
#include <unordered_set>

namespace tapegrad {
namespace {

using detail::BadNumbers;
using detail::VectorBlock;
using detail::VectorLines;

/// Puts the wanted vectors of a file together, of each word the first.
class Gathering {
 public:
  explicit Gathering(const VectorLines& file) : file_(file) {}

  void add(VectorBlock& block) {
    const std::size_t width = file_.width();
    auto bad = block.bad.begin();
    std::size_t kept = 0;
    for (std::size_t row = 0; row < block.words.size(); ++row) {
      const bool is_bad = bad != block.bad.end() && bad->row == row;
      const BadNumbers* const numbers = is_bad ? &*bad++ : nullptr;
      if (!seen_.emplace(block.words[row]).second) {
        ++vectors_.duplicates;
        continue;
      }
      if (numbers != nullptr) file_.fail(numbers->line, numbers->message);
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
  const VectorLines& file_;
  WordVectors vectors_;
  std::unordered_set<std::string> seen_;
  std::vector<std::vector<Real>> parts_;
};

WordVectors load_text(const std::string& path, const WordFilter& wanted) {
  VectorLines file(path);
  Gathering gathering(file);
  file.each_block(wanted, [&](VectorBlock& block) { gathering.add(block); });
  return gathering.finish();
}

}  // namespace

inline namespace TAPEGRAD_PRECISION {

WordVectors load_vectors(const std::string& path, const WordFilter& wanted,
                         const VectorOptions& options) {
  const ProfileSpan span("vectors", Phase::other);
  std::optional<WordVectors> cached;
  if (!options.cache.empty()) cached = detail::load_cached(path, wanted, options.cache);
  WordVectors vectors = cached ? std::move(*cached) : load_text(path, wanted);
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
