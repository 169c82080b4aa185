// write_seeds FOLDER DATA: writes what each fuzz target begins with into FOLDER/TARGET, made of the
// first lines of the embedded data in the folder DATA, and of models that are saved here.
#include <cstdio>
#include <filesystem>
#include <packed.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/text/dataset.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/vectors_cache.hpp>
#include <tapegrad/text/vectors_save.hpp>

#include "fuzz.hpp"
#include "models.hpp"
#include "training.hpp"
#include "vectors.hpp"

namespace tg = tapegrad;

// Nothing is fuzzed here.
const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 0};
void fuzz::check(std::string_view /*bytes*/) {}

namespace {

class Seeds {
 public:
  explicit Seeds(std::string folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, std::string_view bytes) {
    const std::string path = folder_ + "/" + target;
    std::filesystem::create_directories(path);
    tg::write_file(path + "/seed-" + std::to_string(count_++), bytes);
  }

 private:
  std::string folder_;
  int count_ = 0;
};

std::string first_lines(const std::string& path, int count) {
  const std::string text = tg::read_text(path);
  std::string_view rest = text;
  std::string_view line;
  std::string lines;
  for (int i = 0; i < count && tg::next_line(rest, line); ++i) lines.append(line).append("\n");
  return lines;
}

// Lines of word vectors with the first `width` of their numbers.
std::string narrow(std::string_view lines, int width) {
  std::string narrowed;
  std::string_view line;
  while (tg::next_line(lines, line)) {
    std::size_t end = 0;
    for (int i = 0; i <= width; ++i) end = line.find(' ', end + 1);
    narrowed.append(line.substr(0, end)).append("\n");
  }
  return narrowed;
}

void write_texts(Seeds& seeds, const std::string& data) {
  const std::string tsv = first_lines(data + "/reviews.train.tsv", 6);
  seeds.add("lines", tsv);
  seeds.add("lines", "a\r\nb\n\n\rc");
  seeds.add("lines", gzipped(tsv));
  seeds.add("lines", gzipped("a\r\nb") + gzipped("c\n"));
  seeds.add("lines", zipped({{"a.txt", "a\r\nb\n"}}));
  tg::write_file(fuzz::folder() + "/reviews.tsv", tsv);
  const tg::Dataset reviews = tg::load_dataset(fuzz::folder() + "/reviews.tsv");
  const auto choice = [](int form) { return std::string(1, static_cast<char>(form)); };
  std::string forms[5] = {tsv, "", tsv, "label,text\n", ""};
  std::string pairs;
  for (std::size_t i = 0; i < reviews.texts.size(); ++i) {
    const std::string& label = reviews.label_names[static_cast<std::size_t>(reviews.labels[i])];
    const std::string text(reviews.texts[i]);
    forms[1] += label + ' ' + text + '\n';
    forms[3] += label + ",\"" + text + "\"\r\n";
    forms[4] += "__label__" + label + ' ' + text + '\n';
    pairs += label + '\t' + text.substr(0, 40) + '\n';
    for (int rules = 0; rules < 4; ++rules) seeds.add("tokenizer", choice(rules) + text);
  }
  for (int form = 0; form < 5; ++form) {
    const std::string& text = forms[static_cast<std::size_t>(form)];
    for (const int columns : {0, 15, 30, 120}) seeds.add("dataset", choice(form + columns) + text);
    seeds.add("dataset", choice(0) + text);
  }
  seeds.add("dataset", choice(0) + "0,1,2,dull\n1,9,3,fine\n0,2,4,weak\n");
  seeds.add("pairs", pairs);
  seeds.add("tokenizer",
            choice(0) +
                "don\u2019t \u201Cstop\u201D\u2026 <br /> &#39;s #39;t &amp; -lrb- \u00C9T\u00C9");
  seeds.add("tokenizer",
            choice(0) + "mr. j. u.s. no. 5 well-made 3.5 10:30 at&t www.imdb.com .. -- ``");
}

// The files that the program itself makes of vectors.
void write_saved_vectors(Seeds& seeds, const std::string& text) {
  const std::string path = fuzz::folder() + "/vectors";
  tg::write_file(path + ".txt", text);
  const auto load = [&] {
    return tg::load_vectors(path + ".txt", fuzz::any_word, {.cache = fuzz::folder()});
  };
  const tg::WordVectors vectors = load();
  for (const char* end : {".vec", ".bin", ".npy"}) {
    tg::save_vectors(path + end, vectors.words, vectors.values);
  }
  seeds.add("vectors_text", tg::read_file(path + ".vec"));
  seeds.add("vectors_binary", tg::read_file(path + ".bin"));
  const std::string array = tg::read_file(path + ".npy");
  const std::string words = tg::read_file(path + ".words.txt");
  seeds.add("vectors_npy", array + std::string(fuzz::separator) + words);
  const std::string copy = tg::read_file(tg::detail::cache_file(path + ".txt", fuzz::folder()));
  for (const char choice : {'\0', '\1'}) seeds.add("vectors_cache", choice + copy);
}

// An .npz archive of two words.
std::string npz() {
  const auto header = [](std::string text) {
    text.append(117 - text.size(), ' ').append("\n");
    return "\x93NUMPY\1" + std::string(1, '\0') + little_endian(text.size(), 2) + text;
  };
  const std::string words = header("{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }") +
                            little_endian('a', 4) + little_endian('b', 4) + little_endian('c', 4) +
                            little_endian(0, 4);
  const std::string vectors =
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }") + std::string(8, '\0');
  return zipped({{"words.npy", words}, {"vectors.npy", vectors}});
}

void write_vectors(Seeds& seeds, const std::string& data) {
  const std::string glove = first_lines(data + "/glove.6B.100d.words.txt.gz", 5);
  const std::string narrowed = narrow(glove, 4);
  seeds.add("vectors_text", glove.substr(0, glove.find('\n') + 1));
  seeds.add("vectors_text", narrowed);
  seeds.add("vectors_text", "5 4\n" + narrowed);
  write_saved_vectors(seeds, narrowed);
  seeds.add("vectors_npy", npz());
  seeds.add("vectors_text", "at name@domain.com 1e-3 -.5\n. . . 1 2\n");
}

void write_models(Seeds& seeds) {
  const auto file = [](const std::string& model, std::size_t i) {
    return std::string(fuzz::unpack(model, 4)[i]);
  };
  int number = 0;
  for (const std::string& model : fuzz::packed_classifiers()) {
    seeds.add("model_folder", model);
    seeds.add("config", static_cast<char>(number++) + file(model, 0));
    seeds.add("vocabulary",
              std::string("\1") + file(model, 1) + std::string(fuzz::separator) + file(model, 2));
    seeds.add("safetensors", file(model, 3));
  }
  const std::string seq2seq = fuzz::packed_seq2seq();
  seeds.add("seq2seq_folder", seq2seq);
  seeds.add("config", static_cast<char>(number) + file(seq2seq, 0));
  seeds.add("vocabulary", std::string("\1") + file(seq2seq, 1));
  seeds.add("safetensors", file(seq2seq, 3));
}

// As it lies there when a training is killed: at its end it is removed.
void write_checkpoints(Seeds& seeds) {
  const std::string folder = fuzz::folder() + "/run";
  fuzz::train({.folder = folder, .every = 4});
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors") {
      seeds.add("checkpoint", tg::read_file(entry.path().string()));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: write_seeds FOLDER DATA\n", stderr);
    return 2;
  }
  Seeds seeds(argv[1]);
  write_texts(seeds, argv[2]);
  write_vectors(seeds, argv[2]);
  write_models(seeds);
  write_checkpoints(seeds);
  std::filesystem::remove_all(fuzz::folder());
  return 0;
}
