#include <tapegrad/report/record_json.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace tapegrad {
namespace {

using Json = nlohmann::ordered_json;

// Of numbers that are drawn, not read.
constexpr int drawn_digits = 4;

template <class Numbers>
Json numbers_json(const Numbers& numbers, int digits = drawn_digits) {
  Json all = Json::array();
  for (const auto number : numbers) {
    all.push_back(short_number(static_cast<double>(number), digits));
  }
  return all;
}

// With two classes the probability of the second, else that of the likeliest one, and which that
// is.
void add_leaning(Json& json, const TrainingRecord& record, Index classes) {
  const bool two = classes == 2;
  Json leaning = Json::array(), labels = Json::array();
  for (const Predictions& said : record.alone) {
    Json of_epoch = Json::array();
    for (std::size_t i = 0; i < said.labels.size(); ++i) {
      const auto label = two ? std::size_t{1} : static_cast<std::size_t>(said.labels[i]);
      of_epoch.push_back(
          short_number(static_cast<double>(said.probabilities(i, label)), drawn_digits));
    }
    leaning.push_back(std::move(of_epoch));
    labels.push_back(said.labels);
  }
  json["leaning"] = std::move(leaning);
  json["leaning_class"] = two ? Json(1) : Json(nullptr);
  if (!two) json["leaning_label"] = std::move(labels);
}

void add_words(Json& json, const TrainingRecord& record, Index classes) {
  Json places = Json::array();
  for (const Array& each : record.places) places.push_back(numbers_json(each));
  Json pretrained = Json::array();
  for (const bool has : record.pretrained) pretrained.push_back(has ? 1 : 0);
  json["epochs"] = record.epochs;
  json["words"] = record.words;
  json["count"] = record.counts;
  json["pretrained"] = std::move(pretrained);
  json["pca"] = {{"explained", numbers_json(record.explained)}, {"xy", std::move(places)}};
  add_leaning(json, record, classes);
  json["moved"] = numbers_json(record.moved);
  json["norm_before"] = numbers_json(record.norm_before);
  json["norm_after"] = numbers_json(record.norm_after);
  json["touched"] = record.touched;
  json["gradient"] = numbers_json(record.gradient);
}

Json to_json(const Histogram& histogram) {
  return {{"edges", numbers_json(histogram.edges, 5)}, {"counts", histogram.counts}};
}

Json steps_json(const std::vector<GradientSummary>& steps) {
  Json step = Json::array(), rows = step, mean = step, most = step, padding = step;
  for (const GradientSummary& each : steps) {
    step.push_back(each.step);
    rows.push_back(short_number(static_cast<double>(each.rows) / static_cast<double>(each.steps)));
    mean.push_back(
        short_number(each.rows == 0 ? 0 : each.norm_sum / static_cast<double>(each.rows)));
    most.push_back(short_number(each.norm_max));
    padding.push_back(short_number(each.padding_norm));
  }
  return {{"step", step},
          {"rows", rows},
          {"mean_norm", mean},
          {"max_norm", most},
          {"padding_norm", padding}};
}

Json to_json(const std::vector<SimilarWord>& words) {
  Json all = Json::array();
  for (const SimilarWord& each : words) {
    all.push_back(Json::array({each.word, short_number(each.cosine, drawn_digits)}));
  }
  return all;
}

Json to_json(const std::vector<ChangedWord>& words) {
  Json all = Json::array();
  for (const ChangedWord& each : words) {
    Json word = {
        {"word", each.word}, {"before", to_json(each.before)}, {"after", to_json(each.after)}};
    if (each.asked) word["asked"] = true;
    all.push_back(std::move(word));
  }
  return all;
}

Json to_json(const std::vector<JudgedText>& texts) {
  Json all = Json::array();
  for (const JudgedText& each : texts) {
    Json tokens = Json::array();
    for (const auto& token : each.tokens) {
      tokens.push_back(Json::array({token.text, short_number(token.weight, drawn_digits)}));
    }
    Json text = {{"text", std::move(tokens)},
                 {"label", each.label},
                 {"predicted", each.predicted},
                 {"probability", short_number(each.probability)}};
    if (each.left_out > 0) text["left_out"] = each.left_out;
    all.push_back(std::move(text));
  }
  return all;
}

}  // namespace

Json short_number(double value, int digits) {
  if (!std::isfinite(value)) return nullptr;
  const std::string text = fmt::format("{:.{}g}", value, digits);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  if (rounded == std::trunc(rounded) && std::abs(rounded) < 1e15) {
    return static_cast<std::int64_t>(rounded);  // 0 in place of 0.0
  }
  return rounded;
}

Json to_json(const TrainingRecord& record, Index classes) {
  Json json = {{"seed", record.seed},
               {"fold", record.fold + 1},
               {"best_epoch", record.best_epoch},
               {"first_step", record.first_step}};
  add_words(json, record, classes);
  json["all_rows"] = {{"moved_histogram", to_json(record.all_moved)},
                      {"norm_before_histogram", to_json(record.all_norms_before)},
                      {"norm_after_histogram", to_json(record.all_norms_after)},
                      {"touched_by_rank", record.touched_by_rank}};
  json["steps"] = steps_json(record.steps);
  json["padding"] = {{"norm_before", short_number(record.padding.norm_before)},
                     {"norm_after", short_number(record.padding.norm_after)},
                     {"steps", record.padding.steps},
                     {"steps_with_padding", record.padding.padding_steps}};
  json["neighbours"] = to_json(record.changed);
  json["confusion"] = record.confusion;
  json["confusion_of"] = "test";
  json["mistakes"] = to_json(record.mistakes);
  json["right"] = to_json(record.right);
  return json;
}

}  // namespace tapegrad
