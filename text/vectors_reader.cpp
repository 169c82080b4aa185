#include <tapegrad/text/vectors_reader.hpp>

#include <fmt/format.h>

#include <tapegrad/core/format.hpp>
#include <tapegrad/text/utf8.hpp>
#include <tapegrad/text/vectors_binary.hpp>
#include <tapegrad/text/vectors_lines.hpp>
#include <tapegrad/text/vectors_npy.hpp>

namespace tapegrad::detail {
namespace {

void count_flaw(FlawCount& flaw, std::size_t number, std::size_t times = 1) {
  if (flaw.times == 0) flaw.first = number;
  flaw.times += times;
}

/// A form of files: how it is told by the first bytes, and its reader.
struct VectorForm {
  bool (*fits)(std::string_view head);
  std::unique_ptr<VectorReader> (*open)(std::unique_ptr<ByteReader> bytes, Malformed policy);
};

template <class Reader>
std::unique_ptr<VectorReader> open_with(std::unique_ptr<ByteReader> bytes, Malformed policy) {
  return std::make_unique<Reader>(std::move(bytes), policy);
}

bool anything(std::string_view) {
  return true;
}

// The first that fits counts.
constexpr VectorForm forms[] = {
    {is_npy, open_with<NpyVectors>},
    {is_word2vec_binary, open_with<BinaryVectors>},
    {anything, open_with<VectorLines>},
};

}  // namespace

bool take_bad_entry(VectorBlock& block, const BadEntry& bad, Malformed policy) {
  if (policy == Malformed::strict) {
    block.error = bad.what();
    return false;
  }
  count_flaw(block.left_out[static_cast<std::size_t>(bad.flaw)], block.entries);
  return true;
}

void check_word(std::string_view word) {
  if (word.empty()) throw BadEntry(Flaw::shape, "expected a word, found none");
  const std::size_t bad = first_not_utf8(word);
  if (bad == word.size()) return;
  throw BadEntry(Flaw::utf8,
                 fmt::format("expected a word in UTF-8, found the byte 0x{:02X} behind \"{:.40}\"",
                             static_cast<unsigned char>(word[bad]), word.substr(0, bad)));
}

std::size_t VectorReader::left_out() const {
  std::size_t sum = 0;
  for (const FlawCount& flaw : left_out_) sum += flaw.times;
  return sum;
}

void VectorReader::leave_out(Flaw flaw, std::size_t number) {
  count_flaw(left_out_[static_cast<std::size_t>(flaw)], number);
}

std::string VectorReader::complaints() const {
  const std::array<std::string, 3> names = {fmt::format("without a word and {} numbers", width_),
                                            "whose word is not UTF-8",
                                            "with a number that is not finite"};
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [times, first] = left_out_[i];
    if (times == 0) continue;
    text += fmt::format("{}{} {} (first: {} {})", text.empty() ? "" : ", ", grouped(times),
                        names[i], unit(), first);
  }
  if (!text.empty()) text = "left out: " + text;
  if (!text.empty() && !complaints_.empty()) text += "; ";
  return text + complaints_;
}

void VectorReader::hand_out(std::vector<VectorBlock>& blocks, const UseBlock& use) {
  for (VectorBlock& block : blocks) {
    for (BadNumbers& bad : block.bad) bad.number += numbered_;
    for (std::size_t i = 0; i < left_out_.size(); ++i) {
      const auto& [times, first] = block.left_out[i];
      if (times > 0) count_flaw(left_out_[i], numbered_ + first, times);
    }
    numbered_ += block.entries;
    entries_ += block.entries;
    use(block);
    if (!block.error.empty()) fail(numbered_, block.error);
  }
}

void VectorReader::complain(const std::string& message) {
  if (policy_ == Malformed::strict) fail(numbered_, message);
  mention(message);
}

void VectorReader::mention(const std::string& message) {
  complaints_ += (complaints_.empty() ? "" : "; ") + message;
}

void VectorReader::check_count(std::size_t announced, const char* header) {
  if (entries_ == announced) return;
  complain(fmt::format("{} announces {} words, found {}: is the file cut?", header, announced,
                       entries_));
}

std::unique_ptr<VectorReader> open_vectors(const std::string& path, Malformed policy,
                                           const ReadProgress& progress) {
  if (is_npz(path)) return std::make_unique<NpyVectors>(path, policy, progress);
  auto bytes = std::make_unique<ByteReader>(path, progress);
  const std::string_view head = bytes->head(std::size_t{1} << 16U);
  const VectorForm* form = forms;
  while (!form->fits(head)) ++form;
  return form->open(std::move(bytes), policy);
}

}  // namespace tapegrad::detail
