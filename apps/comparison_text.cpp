// The text of similar_words --compare.

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <tapegrad/core/format.hpp>
#include <tapegrad/training/json_string.hpp>

#include "console/printable.hpp"
#include "similar_words_text.hpp"

namespace tapegrad {
namespace {

const std::string& word_of(const Comparison& comparison, const Neighbour& neighbour) {
  return comparison.words[static_cast<std::size_t>(neighbour.row)];
}

// Over all words that were compared: neighbours that were kept in the mean, and the words that kept
// all of them.
struct Summary {
  double kept = 0;
  std::size_t unchanged = 0;
};

Summary summary_of(const Comparison& comparison) {
  Summary summary;
  for (const VectorChange& each : comparison.changes) {
    summary.kept += static_cast<double>(each.shared);
    if (each.shared == comparison.k) ++summary.unchanged;
  }
  summary.kept /= static_cast<double>(std::max<std::size_t>(1, comparison.changes.size()));
  return summary;
}

std::string number(const std::optional<double>& x, const char* otherwise) {
  return x ? fmt::format("{:.6g}", *x) : otherwise;
}

std::string vectors_text(const VectorsName& vectors) {
  return fmt::format("{}, {} of {}", vectors.name, counted(vectors.vectors, "vector"),
                     counted(vectors.width, "number"));
}

// "good .79, worse .75", in lines of at most 96 characters behind a margin.
std::string neighbours_text(const Comparison& comparison, const char* name,
                            const std::vector<Neighbour>& neighbours) {
  std::string text, line = fmt::format("  {:<7}", name);
  for (const Neighbour& each : neighbours) {
    const std::string next =
        fmt::format(" {} {:.2f}", console::printable(word_of(comparison, each)), each.cosine);
    if (line.size() + next.size() > 96) {
      text += line + "\n";
      line = std::string(9, ' ');
    }
    line += next;
  }
  return text + line + "\n";
}

std::string table_text(const Comparison& comparison) {
  std::string text = comparison_head(comparison);
  if (comparison.shown.empty()) return text + "\nno word to show\n";
  text += fmt::format("\n{:<24} {:>7} {:>9} {:>7}\n", "word", "kept", "distance", "cosine");
  for (const ShownWord& shown : comparison.shown) {
    const VectorChange& change = comparison.changes[shown.place];
    text +=
        fmt::format("{:<24} {:>7} {:>9} {:>7}\n", console::printable(comparison.words[shown.place]),
                    change.shared, change.distance ? fmt::format("{:.4f}", *change.distance) : "-",
                    change.cosine ? fmt::format("{:.4f}", *change.cosine) : "-");
    text += neighbours_text(comparison, "before", shown.before);
    text += neighbours_text(comparison, "after", shown.after);
  }
  return text;
}

std::string tsv_text(const Comparison& comparison) {
  std::string text;
  for (const ShownWord& shown : comparison.shown) {
    const VectorChange& change = comparison.changes[shown.place];
    text += fmt::format("{}\t{}\t{}\t{}", tsv_field(comparison.words[shown.place]), change.shared,
                        number(change.distance, ""), number(change.cosine, ""));
    for (const auto* neighbours : {&shown.before, &shown.after}) {
      for (const Neighbour& each : *neighbours) {
        text += fmt::format("\t{}:{:.6f}", tsv_field(word_of(comparison, each)), each.cosine);
      }
    }
    text += "\n";
  }
  return text;
}

std::string json_vectors(const VectorsName& vectors) {
  return fmt::format("{{\"vectors\": {}, \"words\": {}, \"width\": {}}}", json_string(vectors.name),
                     vectors.vectors, vectors.width);
}

std::string json_neighbours(const Comparison& comparison, const std::vector<Neighbour>& all) {
  std::string json = "[";
  for (const Neighbour& each : all) {
    json += fmt::format("{}{{\"word\": {}, \"cosine\": {:.6g}}}", json.size() == 1 ? "" : ", ",
                        json_string(word_of(comparison, each)), each.cosine);
  }
  return json + "]";
}

std::string json_text(const Comparison& comparison) {
  const Summary summary = summary_of(comparison);
  std::string json = fmt::format(
      "{{\"before\": {}, \"after\": {}, \"common\": {}, \"compared\": {}, \"neighbours\": {}, "
      "\"mean_kept\": {:.6g}, \"unchanged\": {}, \"words\": [",
      json_vectors(comparison.before), json_vectors(comparison.after), comparison.common,
      comparison.words.size(), comparison.k, summary.kept, summary.unchanged);
  const char* comma = "";
  for (const ShownWord& shown : comparison.shown) {
    const VectorChange& change = comparison.changes[shown.place];
    json += fmt::format(
        "{}{{\"word\": {}, \"kept\": {}, \"distance\": {}, \"cosine\": {}, \"before\": {}, "
        "\"after\": {}}}",
        comma, json_string(comparison.words[shown.place]), change.shared,
        number(change.distance, "null"), number(change.cosine, "null"),
        json_neighbours(comparison, shown.before), json_neighbours(comparison, shown.after));
    comma = ", ";
  }
  return json + "]}\n";
}

}  // namespace

std::string comparison_head(const Comparison& comparison) {
  const Summary summary = summary_of(comparison);
  const bool one_width = comparison.before.width == comparison.after.width;
  return fmt::format(
      "before:   {}\nafter:    {}\n"
      "compared: {} of {} words that both have, each by its {} nearest among them\n"
      "          {:.2f} of these kept in the mean, all of them by {}\n"
      "          {}\n",
      vectors_text(comparison.before), vectors_text(comparison.after),
      grouped(comparison.words.size()), grouped(static_cast<std::size_t>(comparison.common)),
      comparison.k, summary.kept, counted(summary.unchanged, "word"),
      one_width
          ? "distance and cosine without alignment: they mean something if \"after\" began as "
            "\"before\""
          : "no distances, as the widths differ");
}

std::string comparison_text(WordForm form, const Comparison& comparison) {
  switch (form) {
    case WordForm::json:
      return json_text(comparison);
    case WordForm::tsv:
      return tsv_text(comparison);
    case WordForm::table:
      break;
  }
  return table_text(comparison);
}

}  // namespace tapegrad
