#include <tapegrad/training/training_json.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace tapegrad {

using Json = JsonField::Json;

Json to_json(const Identity& identity) {
  Json json = Json::object();
  for (const auto& [name, value] : identity) json[name] = value;
  return json;
}

void check_identity(const JsonField& saved, const Identity& now) {
  // Through JSON and back, as the saved one, so that texts that are no UTF-8 compare equal.
  const auto replace = Json::error_handler_t::replace;
  const Json wanted = Json::parse(to_json(now).dump(-1, ' ', false, replace));
  const Json& found = saved.json();
  if (!found.is_object()) saved.fail("expected an object");
  const auto value_in = [](const Json& json, const std::string& name) {
    const auto value = json.find(name);
    if (value == json.end()) return std::string("not there");
    return value->is_string() ? value->get<std::string>() : value->dump(-1, ' ', false, replace);
  };
  std::vector<std::string> differences;
  const auto compare = [&](const std::string& name) {
    const std::string was = value_in(found, name), is = value_in(wanted, name);
    if (was != is) differences.push_back(fmt::format("{} was {}, is {}", name, was, is));
  };
  for (const auto& [name, value] : wanted.items()) compare(name);
  for (const auto& [name, value] : found.items()) {
    if (!wanted.contains(name)) compare(name);
  }
  if (differences.empty()) return;
  throw std::invalid_argument(
      fmt::format("{}: is the checkpoint of another training: {}; resume with the same options and "
                  "data, or begin anew in another folder",
                  saved.file(), fmt::join(differences, "; ")));
}

Json to_json(const EpochsResult& result) {
  Json epochs = Json::array();
  for (const EpochRecord& epoch : result.epochs) {
    epochs.push_back(
        {exact_json(epoch.loss), exact_json(epoch.train_accuracy), exact_json(epoch.dev_accuracy)});
  }
  return {{"best_epoch", result.best_epoch},
          {"best_dev_accuracy", exact_json(result.best_dev_accuracy)},
          {"epochs", std::move(epochs)},
          {"seconds", exact_json(result.seconds)},
          {"examples", result.examples}};
}

EpochsResult epochs_result(const JsonField& saved, Index most) {
  EpochsResult result;
  const JsonField epochs = saved["epochs"];
  if (epochs.size() > static_cast<std::size_t>(most)) {
    epochs.fail(fmt::format("{} epochs, at most {} are wanted", epochs.size(), most));
  }
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const JsonField epoch = epochs.at(i);
    result.epochs.push_back({epoch.at(0).real(), epoch.at(1).real(), epoch.at(2).real()});
  }
  const Index least = result.epochs.empty() ? 0 : 1;
  result.best_epoch = saved["best_epoch"].integer(least, static_cast<Index>(result.epochs.size()));
  result.best_dev_accuracy = saved["best_dev_accuracy"].real();
  result.seconds = saved["seconds"].real();
  result.examples = saved["examples"].count();
  return result;
}

}  // namespace tapegrad
