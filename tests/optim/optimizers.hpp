// The optimizer table: one row a setting of an optimizer; the generic tests run over all rows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <vector>

struct OptimizerRow {
  std::string what;
  std::function<std::unique_ptr<tapegrad::Optimizer>(std::vector<tapegrad::NamedParameter>,
                                                     tapegrad::RowPolicy)>
      make;
  /// Adds a group with the same settings.
  std::function<void(tapegrad::Optimizer&, std::vector<tapegrad::NamedParameter>,
                     tapegrad::RowPolicy)>
      add;
};

template <class Optimizer, class Options>
OptimizerRow optimizer_row(std::string what, Options options) {
  return {std::move(what),
          [options](auto parameters, tapegrad::RowPolicy policy) mutable {
            options.row_policy = policy;
            return std::make_unique<Optimizer>(std::move(parameters), options);
          },
          [options](tapegrad::Optimizer& to, auto parameters, tapegrad::RowPolicy policy) mutable {
            options.row_policy = policy;
            dynamic_cast<Optimizer&>(to).add_param_group(std::move(parameters), options);
          }};
}

inline std::vector<OptimizerRow> optimizer_table() {
  using namespace tapegrad;
  return {
      optimizer_row<SGD>("SGD", SGDOptions{.lr = 0.05}),
      optimizer_row<SGD>("SGD with decay", SGDOptions{.lr = 0.05, .weight_decay = 0.1}),
      optimizer_row<SGD>(
          "SGD with momentum, dampening and decay",
          SGDOptions{.lr = 0.05, .momentum = 0.8, .dampening = 0.2, .weight_decay = 0.1}),
      optimizer_row<SGD>(
          "SGD with nesterov and decay",
          SGDOptions{.lr = 0.05, .momentum = 0.8, .nesterov = true, .weight_decay = 0.1}),
      optimizer_row<Adam>("Adam", AdamOptions{.lr = 0.05}),
      optimizer_row<Adam>("Adam with L2 decay", AdamOptions{.lr = 0.05, .weight_decay = 0.1}),
      optimizer_row<AdamW>("AdamW", AdamWOptions{.lr = 0.05, .weight_decay = 0.1}),
      optimizer_row<Adam>("Adam with AMSGrad",
                          AdamOptions{.lr = 0.05, .beta2 = 0.7, .amsgrad = true}),
      optimizer_row<AdamW>("AdamW with AMSGrad",
                           AdamWOptions{.lr = 0.05, .weight_decay = 0.1, .amsgrad = true}),
      optimizer_row<Adagrad>("Adagrad", AdagradOptions{.lr = 0.2}),
      optimizer_row<Adagrad>(
          "Adagrad with every option",
          AdagradOptions{
              .lr = 0.2, .lr_decay = 0.01, .weight_decay = 0.1, .initial_accumulator_value = 0.1}),
      optimizer_row<RMSprop>("RMSprop", RMSpropOptions{}),
      optimizer_row<RMSprop>("RMSprop with momentum", RMSpropOptions{.momentum = 0.8}),
      optimizer_row<RMSprop>("RMSprop, centered", RMSpropOptions{.eps = 1e-3, .centered = true}),
      optimizer_row<RMSprop>(
          "RMSprop, centered, with momentum and decay",
          RMSpropOptions{.eps = 1e-3, .weight_decay = 0.1, .momentum = 0.8, .centered = true}),
      optimizer_row<RMSprop>("RMSprop, centered, with momentum",
                             RMSpropOptions{.eps = 1e-3, .momentum = 0.8, .centered = true}),
  };
}
