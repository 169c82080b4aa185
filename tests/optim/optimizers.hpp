// The optimizer table: one row a setting of an optimizer; the generic tests run over all rows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <vector>

struct OptimizerRow {
  std::string what;
  std::function<std::unique_ptr<tapegrad::Optimizer>(std::vector<tapegrad::NamedParameter>,
                                                     tapegrad::RowPolicy)>
      make;
};

template <class Optimizer, class Options>
OptimizerRow optimizer_row(std::string what, Options options) {
  return {std::move(what), [options](auto parameters, tapegrad::RowPolicy policy) mutable {
            options.row_policy = policy;
            return std::make_unique<Optimizer>(std::move(parameters), options);
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
  };
}
