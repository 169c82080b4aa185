// Classifies lines of text with a saved model, as they come.

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/text/columns.hpp>
#include <tapegrad/text/line_stream.hpp>
#include <tapegrad/text/npy.hpp>
#include <tapegrad/training/serving.hpp>

#include "classify_options.hpp"
#include "classify_text.hpp"
#include "console/color.hpp"
#include "console/console.hpp"

namespace tg = tapegrad;
namespace console = tg::console;

namespace {

// Lines that are answered together.
class Lines {
 public:
  explicit Lines(std::size_t most) : most_(most) {}

  void clear() {
    bytes_.clear();
    ends_.clear();
  }
  void add(std::string_view line) {
    bytes_ += line;
    ends_.push_back(bytes_.size());
  }
  bool full() const { return ends_.size() >= most_ || bytes_.size() >= most_bytes; }
  std::size_t size() const { return ends_.size(); }
  std::vector<std::string_view> range(std::size_t begin, std::size_t end) const {
    std::vector<std::string_view> lines;
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t from = i == 0 ? 0 : ends_[i - 1];
      lines.push_back(std::string_view(bytes_).substr(from, ends_[i] - from));
    }
    return lines;
  }

 private:
  static constexpr std::size_t most_bytes = std::size_t{1} << 22U;

  std::size_t most_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

// The first name of a column in a line with tabs, if it is a header.
std::optional<std::string_view> name_of_column(std::string_view line) {
  if (line.find('\t') == std::string_view::npos) return std::nullopt;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    const std::string_view field = line.substr(begin, end - begin);
    if (tg::detail::is_column_name(field)) return field;
    begin = end + 1;
  }
  return std::nullopt;
}

// What is written of some texts: lines, or vectors for a .npy file.
struct Answer {
  std::string lines;
  tg::Array vectors;
};

// Where answers go. A file is put in its place by `finish` alone.
class Destination {
 public:
  Destination(const std::string& embed, std::size_t width) {
    if (embed.ends_with(".npy")) {
      npy_.emplace(embed, width);
    } else if (!embed.empty() && embed != "-") {
      file_.emplace(embed);
    }
  }
  bool is_file() const { return npy_ || file_; }
  bool wants_arrays() const { return npy_.has_value(); }

  void write(const Answer& answer) {
    if (npy_) return npy_->append(answer.vectors);
    if (file_) return file_->append(answer.lines.data(), answer.lines.size());
    console::write_out(answer.lines);
  }
  void finish() {
    if (npy_) return npy_->commit();
    if (file_) return file_->commit();
    console::close_out();
  }

 private:
  std::optional<tg::NpyWriter> npy_;
  std::optional<tg::OutputFile> file_;
};

class Classify {
 public:
  explicit Classify(const tg::ClassifyOptions& options)
      : options_(options),
        serving_(load(options.model)),
        answer_lines_(options.output.value_or(tg::LineForm::tsv), serving_.model().labels,
                      options.top.value_or(0)),
        destination_(options.embed, tg::text_vector_width(serving_.model().net)) {}

  int run() {
    for (const std::string& file : options_.files) {
      answer_file(file);
      if (console::stop_requested()) return interrupted();
    }
    destination_.finish();
    return console::success;
  }

 private:
  static tg::Serving load(const std::string& folder) {
    tg::ClassifierModel model = tg::load_model(folder);
    tg::freeze(model.net);  // --explain needs no gradients of its parameters
    return tg::Serving(std::move(model));
  }

  // Answers what has been read whenever more would have to be waited for.
  void answer_file(const std::string& file) {
    constexpr std::size_t groups_at_once = 16;  // not of the threads: results do not depend on them
    tg::LineStream stream(file, console::stop_requested);
    Lines lines(groups_at_once * options_.batch);
    console::ReadingLine reading(!shows_progress(stream));
    const tg::ReadProgress progress = reading.callback();
    std::string_view line;
    bool first = true;
    while (!console::stop_requested() && stream.next(line)) {
      if (first) warn_of_label(file, line);
      first = false;
      lines.clear();
      lines.add(line);
      std::exception_ptr error;
      try {
        while (!lines.full() && stream.ready() && stream.next(line)) lines.add(line);
      } catch (...) {
        error = std::current_exception();
      }
      answer_all(lines);
      if (error) std::rethrow_exception(error);
      if (progress) progress(file, stream.amount());
    }
  }

  // A file to train from, rather than one of texts: its labels are taken for words.
  void warn_of_label(const std::string& file, std::string_view line) const {
    const auto warn = [&](const std::string& found, const char* way_out) {
      tg::warn(fmt::format("{}: line 1 {}: labels are taken for words of the texts; {}", file,
                           found, way_out));
    };
    for (const std::string& label : serving_.model().labels) {
      if (line.starts_with(label + '\t') || line.starts_with("__label__" + label + ' ')) {
        return warn(fmt::format("begins with the class \"{}\"", label),
                    R"("cut -f2-" or "cut -d' ' -f2-" leaves them out)");
      }
      if (line.ends_with('\t' + label)) {
        return warn(fmt::format("ends with the class \"{}\"", label),
                    "\"cut -f1\" leaves them out if the text comes first");
      }
    }
    if (const auto name = name_of_column(line)) {
      warn(fmt::format("is a header, with the column \"{}\"", *name),
           "\"tail -n +2\" leaves it out, and \"cut -f\" with the number of the text's column the "
           "labels");
    }
  }

  // Not where answers appear on the same terminal; of a pipe, whose end is not known, only on a
  // terminal.
  bool shows_progress(const tg::LineStream& stream) const {
    const bool answers_seen = !destination_.is_file() && ::isatty(STDOUT_FILENO) == 1;
    const bool size_known = stream.amount().total > 0;
    return !options_.quiet && !answers_seen &&
           (size_known || (console::can_rewrite(STDERR_FILENO) && ::isatty(STDIN_FILENO) != 1));
  }

  void answer_all(const Lines& lines) {
    const std::size_t batch = options_.batch;
    std::vector<Answer> answers((lines.size() + batch - 1) / batch);
    tg::parallel_for(answers.size(), [&](std::size_t i) {
      answers[i] = answer(lines.range(i * batch, std::min(lines.size(), (i + 1) * batch)));
    });
    for (const Answer& each : answers) destination_.write(each);
  }

  Answer answer(const std::vector<std::string_view>& lines) const {
    const tg::ServedTexts texts = serving_.encode(lines, options_.explain);
    if (!options_.embed.empty()) {
      const tg::Array vectors = serving_.text_vectors(texts);
      if (destination_.wants_arrays()) return {{}, vectors};
      return {tg::vector_lines(vectors), {}};
    }
    const tg::Predictions predictions = serving_.predict(texts);
    if (!options_.explain) return {answer_lines_(texts, predictions, nullptr), {}};
    const auto weights = serving_.explain(texts, predictions.labels);
    return {answer_lines_(texts, predictions, &weights), {}};
  }

  int interrupted() const {
    if (destination_.is_file()) {
      console::tell(fmt::format("interrupted; {} is not written", options_.embed));
    }
    return console::interrupted;
  }

  const tg::ClassifyOptions& options_;
  tg::Serving serving_;
  tg::AnswerLines answer_lines_;
  Destination destination_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  tg::ClassifyOptions options;
  tg::add_options(app, options);
  return console::run(app, tg::classify_manual(), argc, argv, [&] {
    tg::complete(options);
    console::check_folder_of(options.embed);
    tg::set_threads(options.threads);
    console::catch_interrupts();
    return Classify(options).run();
  });
}
