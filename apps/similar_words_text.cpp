#include "similar_words_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <tapegrad/core/format.hpp>
#include <tapegrad/training/json_string.hpp>

#include "console/printable.hpp"

namespace tapegrad {
namespace {

std::string json_number(double x) {
  return std::isfinite(x) ? fmt::format("{:.6g}", x) : "null";
}

std::string json_strings(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& each : texts) json += (json.size() == 1 ? "" : ", ") + json_string(each);
  return json + "]";
}

std::string json_neighbours(const std::vector<std::string>& words,
                            const std::vector<Neighbour>& neighbours) {
  std::string json = "[";
  for (const Neighbour& each : neighbours) {
    json += fmt::format("{}{{\"word\": {}, \"cosine\": {}}}", json.size() == 1 ? "" : ", ",
                        json_string(words[static_cast<std::size_t>(each.row)]),
                        json_number(each.cosine));
  }
  return json + "]";
}

// Words and cosines below each other.
std::string table_of(const WordSpace& space, const std::vector<Neighbour>& neighbours) {
  std::string text;
  for (const Neighbour& each : neighbours) {
    text +=
        fmt::format("  {:<24} {:>7.4f}\n", console::printable(space.word(each.row)), each.cosine);
  }
  return text;
}

std::string json_sections(const std::vector<AnalogiesResult>& sections) {
  std::string json = "[";
  for (const AnalogiesResult& each : sections) {
    json += fmt::format(
        "{}{{\"name\": {}, \"questions\": {}, \"missing\": {}, \"correct\": {}, \"accuracy\": {}, "
        "\"accuracy_of_all\": {}}}",
        json.size() == 1 ? "" : ", ", json_string(each.name), each.questions, each.missing,
        each.correct, json_number(each.accuracy()), json_number(each.accuracy_of_all()));
  }
  return json + "]";
}

// The sums that are told of a file's sections: of both kinds where there are both, and of all.
std::vector<AnalogiesResult> sums(const std::vector<AnalogiesResult>& sections) {
  std::vector<AnalogiesResult> sums;
  const auto semantic = [](const std::string& name) { return !is_syntactic(name); };
  if (std::any_of(sections.begin(), sections.end(),
                  [](const AnalogiesResult& each) { return is_syntactic(each.name); })) {
    sums.push_back(total(sections, "semantic", semantic));
    sums.push_back(total(sections, "syntactic", is_syntactic));
  }
  sums.push_back(total(sections, "all", [](const std::string&) { return true; }));
  return sums;
}

std::string json_line(const EvaluatedFile& each) {
  std::string json = fmt::format("{{\"file\": {}, ", json_string(each.file));
  if (each.pairs) {
    json += fmt::format("\"pairs\": {}, \"missing\": {}, \"spearman\": {}", each.pairs->pairs,
                        each.pairs->missing, json_number(each.pairs->spearman));
  } else {
    json += fmt::format("\"sections\": {}, \"sums\": {}", json_sections(each.sections),
                        json_sections(sums(each.sections)));
  }
  return json + fmt::format(", \"lower_cased\": {}}}\n", each.lower_cased);
}

// ".6790", or "-" where there is nothing to measure.
std::string share_text(double x) {
  return std::isfinite(x) ? fmt::format("{:.4f}", x) : "-";
}

std::string fields_of(const EvaluatedFile& each) {
  if (each.pairs) {
    return fmt::format("{}\t\tspearman\t{}\t{}\t{}\n", tsv_field(each.file), each.pairs->pairs,
                       each.pairs->missing, share_text(each.pairs->spearman));
  }
  std::string lines;
  const auto add = [&](const AnalogiesResult& part) {
    lines +=
        fmt::format("{}\t{}\taccuracy\t{}\t{}\t{}\n", tsv_field(each.file), tsv_field(part.name),
                    part.questions, part.missing, share_text(part.accuracy()));
  };
  for (const AnalogiesResult& part : each.sections) add(part);
  for (const AnalogiesResult& part : sums(each.sections)) add(part);
  return lines;
}

std::string evaluation_table(const std::vector<EvaluatedFile>& files) {
  std::string pairs, analogies;
  Index lower_cased = 0, missing = 0;
  for (const EvaluatedFile& each : files) {
    const std::string name = std::filesystem::path(each.file).filename().string();
    if (each.pairs) missing += each.pairs->missing;
    for (const AnalogiesResult& part : each.sections) missing += part.missing;
    lower_cased += each.lower_cased;
    if (each.pairs) {
      pairs += fmt::format("{:<32} {:>9} {:>8} {:>9}\n", name, each.pairs->pairs,
                           each.pairs->missing, share_text(each.pairs->spearman));
      continue;
    }
    analogies += name + "\n";
    const auto add = [&](const AnalogiesResult& part) {
      analogies +=
          fmt::format("  {:<30} {:>9} {:>8} {:>9} {:>9} {:>7}\n", console::printable(part.name),
                      part.questions, part.missing, part.correct, share_text(part.accuracy()),
                      share_text(part.accuracy_of_all()));
    };
    for (const AnalogiesResult& part : each.sections) add(part);
    for (const AnalogiesResult& part : sums(each.sections)) add(part);
  }
  std::string text;
  if (!pairs.empty()) {
    text += fmt::format("{:<32} {:>9} {:>8} {:>9}\n{}", "", "pairs", "missing", "Spearman", pairs);
  }
  if (!analogies.empty()) {
    text += fmt::format("{}{:<32} {:>9} {:>8} {:>9} {:>9} {:>7}\n{}", text.empty() ? "" : "\n", "",
                        "questions", "missing", "correct", "accuracy", "of all", analogies);
  }
  text += missing == 0 ? "no word is missing\n"
          : analogies.empty()
              ? "missing: holds an unknown word; left out\n"
              : "missing: holds an unknown word; left out, but \"of all\" counts it "
                "as wrong\n";
  if (lower_cased > 0) {
    text +=
        fmt::format("known in lower case only, and taken so: {}\n", counted(lower_cased, "word"));
  }
  return text;
}

}  // namespace

std::string answer_text(WordForm form, const WordSpace& space, const WordAnswer& answer) {
  const bool known = !answer.found.empty();
  if (form == WordForm::json) {
    const std::string word = json_string(answer.word);
    if (!known) {
      return fmt::format("{{\"word\": {}, \"neighbours\": null, \"suggestions\": {}}}\n", word,
                         json_strings(answer.suggestions));
    }
    return fmt::format("{{\"word\": {}, \"found\": {}, \"neighbours\": {}}}\n", word,
                       json_string(answer.found),
                       json_neighbours(space.words(), answer.neighbours));
  }
  if (!known) return {};
  if (form == WordForm::table) {
    return answer.found + "\n" + table_of(space, answer.neighbours);
  }
  std::string lines;
  for (const Neighbour& each : answer.neighbours) {
    lines += fmt::format("{}\t{}\t{:.6f}\n", tsv_field(answer.word),
                         tsv_field(space.word(each.row)), each.cosine);
  }
  return lines;
}

std::string analogy_text(WordForm form, const WordSpace& space,
                         const std::vector<std::string>& words,
                         const std::vector<Neighbour>& answers) {
  if (form == WordForm::json) {
    return fmt::format("{{\"analogy\": {}, \"answers\": {}}}\n", json_strings(words),
                       json_neighbours(space.words(), answers));
  }
  if (form == WordForm::table) {
    return fmt::format("{} is to {} as {} is to\n{}", words[0], words[1], words[2],
                       table_of(space, answers));
  }
  std::string lines;
  for (const Neighbour& each : answers) {
    lines += fmt::format("{}\t{:.6f}\n", tsv_field(space.word(each.row)), each.cosine);
  }
  return lines;
}

std::string similarity_text(WordForm form, const std::vector<std::string>& words, double cosine) {
  switch (form) {
    case WordForm::json:
      return fmt::format("{{\"words\": {}, \"cosine\": {}}}\n", json_strings(words),
                         json_number(cosine));
    case WordForm::tsv:
      return fmt::format("{}\t{}\t{:.6f}\n", tsv_field(words[0]), tsv_field(words[1]), cosine);
    case WordForm::table:
      break;
  }
  return fmt::format("{:.4f}\n", cosine);
}

std::string evaluation_text(WordForm form, const std::vector<EvaluatedFile>& files) {
  if (form == WordForm::table) return evaluation_table(files);
  std::string lines;
  if (form == WordForm::tsv) lines = "file\tsection\tmeasure\titems\tmissing\tvalue\n";
  for (const EvaluatedFile& each : files) {
    lines += form == WordForm::json ? json_line(each) : fields_of(each);
  }
  return lines;
}

}  // namespace tapegrad
