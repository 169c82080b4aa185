#include <tapegrad/text/word_index.hpp>

namespace tapegrad {

WordIndex::WordIndex() : slots_(1U << 10U) {}

std::int32_t WordIndex::add(const WordKey& key) {
  Slot& slot = slots_[place(key)];
  if (slot.number >= 0) return slot.number;
  slot = {key.low, key.high, static_cast<std::uint32_t>(key.word.size()), size()};
  words_.emplace_back(key.word);
  if (2 * words_.size() > slots_.size()) grow();
  return size() - 1;
}

void WordIndex::grow() {
  std::vector<Slot, AlignedAllocator<Slot>> old(2 * slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.number < 0) continue;
    std::size_t at = home({{}, slot.low, slot.high});
    while (slots_[at].number >= 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

}  // namespace tapegrad
