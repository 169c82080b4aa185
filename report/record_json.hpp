// What was recorded of a training, as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <tapegrad/report/record.hpp>

namespace tapegrad {

/// At most so many significant digits; null for what is not finite.
nlohmann::ordered_json short_number(double value, int digits = 5);

/// The object "recorded" of docs/report.md, for a model of so many classes.
nlohmann::ordered_json to_json(const TrainingRecord& record, Index classes);

}  // namespace tapegrad
