// model_logits FOLDER: what a model says of the lines of standard input, for
// pytorch_models_test.py. Of a classifier, a line for each text: its ids, a tab, its logits. Of a
// sequence model, for each line "SOURCE\tTARGET": ids of the source, ids of the target, and the
// logits behind each of its units but the last.

#include <fmt/format.h>

#include <iostream>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_folder.hpp>
#include <tapegrad/training/seq2seq_folder.hpp>

namespace tg = tapegrad;

namespace {

std::string joined(const tg::Array& numbers) {
  return fmt::format("{:.9g}", fmt::join(numbers.data(), numbers.data() + numbers.size(), " "));
}

tg::IndexArray row(const tg::EncodedTexts& texts, std::size_t drop = 0) {
  tg::IndexArray ids(tg::Shape{1, texts.ids.size() - drop});
  std::copy(texts.ids.begin(), texts.ids.end() - static_cast<std::ptrdiff_t>(drop), ids.data());
  return ids;
}

void print_classes(const tg::ClassifierModel& model, const std::string& text) {
  const tg::EncodedTexts texts = encode(model, {text});
  fmt::print("{}\t{}\n", fmt::join(texts.ids, " "), joined(model.net(texts, {0}, {}).value()));
}

void print_units(const tg::Seq2SeqModel& model, const std::string& line) {
  const std::size_t tab = line.find('\t');
  tg::TextPairs pairs;
  pairs.add(line.substr(0, tab), line.substr(tab + 1));
  const tg::EncodedPairs ids = encode_pairs(model, pairs);
  const tg::Context context;
  const tg::Memory memory = model.net.encode(row(ids.sources), context);
  const tg::Tensor logits = model.net.out(model.net.decode(row(ids.targets, 1), memory, context));
  fmt::print("{}\t{}\t{}\n", fmt::join(ids.sources.ids, " "), fmt::join(ids.targets.ids, " "),
             joined(logits.value()));
}

template <class Model, class Print>
void print_all(const Model& model, Print print) {
  for (std::string line; std::getline(std::cin, line);) print(model, line);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  try {
    const std::string folder = arguments[1];
    const std::string config = tg::read_file(folder + "/config.json");
    if (config.find("\"seq2seq\"") == std::string::npos) {
      print_all(tg::load_model(folder), print_classes);
    } else {
      print_all(tg::load_seq2seq(folder), print_units);
    }
  } catch (const std::exception& error) {
    std::cerr << "model_logits: " << error.what() << '\n';
    return 1;
  }
}
