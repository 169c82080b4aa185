// Labelled texts of every form. The first byte chooses the options.
#include <tapegrad/text/dataset.hpp>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 300};

namespace {

tg::DatasetOptions options(std::size_t choice) {
  constexpr const char* columns[][2] = {{"", ""}, {"1", "2"}, {"label", "text"}, {"2", "review"}};
  tg::DatasetOptions chosen;
  chosen.form = static_cast<tg::DatasetForm>(choice % 5);
  chosen.header = static_cast<tg::Header>(choice / 5 % 3);
  chosen.label_column = columns[choice / 15 % 4][0];
  chosen.text_column = columns[choice / 15 % 4][1];
  return chosen;
}

std::string quoted(std::string_view field) {
  std::string all = "\"";
  for (const char c : field) all.append(c == '"' ? 2 : 1, c);
  return all + '"';
}

std::string as_csv(const tg::Dataset& data) {
  std::string all;
  for (std::size_t i = 0; i < data.texts.size(); ++i) {
    const std::string& label = data.label_names[static_cast<std::size_t>(data.labels[i])];
    all += quoted(label) + ',' + quoted(data.texts[i]) + "\r\n";
  }
  return all;
}

}  // namespace

void fuzz::check(std::string_view bytes) {
  static const File file("input");
  const std::size_t choice = take_choice(bytes, 180);
  if (is_packed(bytes)) return;
  file.set(bytes);
  const std::vector<std::string> known =
      choice < 120 ? std::vector<std::string>() : std::vector<std::string>{"good", "1"};
  const auto data =
      accepted(file.path(), [&] { return tg::load_dataset(file.path(), options(choice), known); });
  if (!data) return;
  expect(data->texts.size() == data->labels.size(), "each text has a label");
  expect(!data->texts.empty(), "a file without texts is refused");
  file.set(as_csv(*data));
  const tg::Dataset again = tg::load_dataset(file.path(),
                                             {.label_column = "1",
                                              .text_column = "2",
                                              .form = tg::DatasetForm::csv,
                                              .header = tg::Header::no},
                                             known);
  expect(again.texts == data->texts, "texts come back from CSV");
  expect(again.labels == data->labels, "labels come back from CSV");
  expect(again.label_names == data->label_names, "names come back from CSV");
}
