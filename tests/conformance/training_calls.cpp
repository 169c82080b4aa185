// Parts together: shared tables, and trainings of a few steps.
#include <fmt/core.h>

#include <memory>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>

#include "case.hpp"

namespace conformance {
namespace {

tg::Tensor tied(Case& c) {
  const tg::Tensor table = c.tensor("table");
  return tg::linear(tg::tanh(tg::embedding(table, c.ids("ids"))), table);
}

tg::Tensor table_of_a_result(Case& c) {
  const tg::Tensor table = c.tensor("table");
  const tg::IndexArray ids = c.ids("ids");
  tg::IndexArray column = ids;
  column.reshape(std::vector<std::size_t>{ids.size(), 1});
  return tg::embedding(table * c.tensor("factor"), ids) +
         tg::embedding_bag(table, {.ids = column}, {.mode = tg::BagMode::sum});
}

template <class Optimizer, class Options>
std::unique_ptr<tg::Optimizer> make(const std::vector<tg::NamedParameter>& all, Options options) {
  return std::make_unique<Optimizer>(all, options);
}

std::unique_ptr<tg::Optimizer> make_optimizer(Case& c, const std::vector<tg::NamedParameter>& all) {
  const std::string name = c.text("optimizer", "");
  const double lr = c.real("lr", 0);
  if (name == "SGD") {
    return make<tg::SGD, tg::SGDOptions>(all, {.lr = lr, .momentum = c.real("momentum", 0)});
  }
  if (name == "Adam") return make<tg::Adam, tg::AdamOptions>(all, {.lr = lr});
  if (name == "AdamW") {
    return make<tg::AdamW, tg::AdamWOptions>(all,
                                             {.lr = lr, .weight_decay = c.real("weight_decay", 0)});
  }
  if (name == "Adagrad") return make<tg::Adagrad, tg::AdagradOptions>(all, {.lr = lr});
  if (name == "RMSprop") return make<tg::RMSprop, tg::RMSpropOptions>(all, {.lr = lr});
  throw CaseError(fmt::format("unknown optimizer '{}'", name));
}

// The ids of step t: moved by t².
tg::IndexArray moved(tg::IndexArray ids, tg::Index t, tg::Index rows) {
  for (tg::Index& id : ids) id = (id + t * t) % rows;
  return ids;
}

Outcome train(Case& c) {
  const tg::Parameter table(c.array("table"));
  const tg::Parameter weight(c.array("weight"));
  const tg::Parameter bias(c.array("bias"));
  const std::vector<tg::NamedParameter> all{{"table", table}, {"weight", weight}, {"bias", bias}};
  const auto optimizer = make_optimizer(c, all);
  const tg::IndexArray ids = c.ids("ids");
  const tg::IndexArray labels = c.ids("labels");
  std::vector<double> losses;
  for (tg::Index t = 1; t <= c.integer("steps", 30); ++t) {
    tg::Tape tape;
    const tg::IndexArray bags = moved(ids, t, static_cast<tg::Index>(table.shape()[0]));
    const tg::Tensor x = tg::tanh(tg::embedding_bag(table, {.ids = bags}));
    const tg::Tensor loss = tg::cross_entropy(tg::linear(x, weight, bias), labels);
    optimizer->step(tape.backward(loss));
    losses.push_back(loss.item());
  }
  Outcome outcome{.results = {{"losses", number_list(losses)}}};
  for (const auto& [name, p] : all) outcome.results[name] = numbers(p.value());
  return outcome;
}

}  // namespace

Calls training_calls() {
  return {
      {"tied", differentiable(tied)},
      {"table_of_a_result", differentiable(table_of_a_result)},
      {"train", train},
  };
}

}  // namespace conformance
