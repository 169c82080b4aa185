// Pairs of texts, and their units.
#include <tapegrad/text/pairs.hpp>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 600};

namespace {

void check_units(const std::vector<std::string>& texts, tg::Unit unit, tg::Marks marks) {
  const tg::Vocabulary vocabulary = tg::unit_vocabulary(texts, unit, marks);
  const tg::EncodedTexts encoded = tg::encode_units(texts, unit, vocabulary, marks);
  fuzz::expect(encoded.offsets.size() == texts.size() + 1, "each text is encoded");
  for (const auto id : encoded.ids) vocabulary.word(id);  // throws for one that is none
  for (const std::string& text : texts) {
    const auto views = tg::split_units(text, unit);
    const std::vector<std::string> units(views.begin(), views.end());
    const std::string joined = tg::join_units(units, unit);
    if (unit == tg::Unit::character) fuzz::expect(joined == text, "characters make up the text");
    const auto again = tg::split_units(joined, unit);
    fuzz::expect(std::equal(again.begin(), again.end(), views.begin(), views.end()),
                 "units that are joined split as before");
  }
}

}  // namespace

void fuzz::check(std::string_view bytes) {
  static const File file("input");
  if (is_packed(bytes)) return;
  file.set(bytes);
  const auto pairs = accepted(file.path(), [] { return tg::read_pairs(file.path()); });
  if (!pairs) return;
  std::string written = "\xEF\xBB\xBF";  // a source may begin with another
  for (std::size_t i = 0; i < pairs->size(); ++i) {
    written += pairs->sources[i] + '\t' + pairs->targets[i] + '\n';
  }
  file.set(written);
  const tg::TextPairs again = tg::read_pairs(file.path());
  expect(again.sources == pairs->sources, "sources come back");
  expect(again.targets == pairs->targets, "targets come back");
  check_units(pairs->sources, tg::Unit::word, tg::Marks::none);
  check_units(pairs->targets, tg::Unit::character, tg::Marks::around);
}
