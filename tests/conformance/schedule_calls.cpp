// Learning-rate schedules and clipping.
#include <tapegrad/optim/clip.hpp>
#include <tapegrad/optim/lr_scheduler.hpp>
#include <tapegrad/optim/schedules.hpp>
#include <tapegrad/optim/sgd.hpp>

#include "case.hpp"

namespace conformance {
namespace {

constexpr std::size_t epochs = 25;

tg::SGD optimizer(Case& c) {
  return tg::SGD({{"x", tg::Parameter(tg::zeros({1}))}}, {.lr = c.real("lr", 0)});
}

// The learning rates of the first epochs under the schedule that read(case) makes.
template <class Read>
Run schedule(Read read) {
  return [read](Case& c) {
    tg::SGD sgd = optimizer(c);
    tg::LRScheduler scheduler(sgd, read(c));
    std::vector<double> rates;
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
      rates.push_back(sgd.lr());
      sgd.step({});
      scheduler.step();
    }
    return Outcome{.results = {{"lr", number_list(rates)}}};
  };
}

tg::Index index(Case& c, const std::string& name, tg::Index otherwise) {
  return c.integer(name, static_cast<int>(otherwise));
}

std::vector<tg::Index> indices(Case& c, const std::string& name) {
  std::vector<tg::Index> result;
  for (const double value : c.list(name)) result.push_back(static_cast<tg::Index>(value));
  return result;
}

tg::StepLR step_lr(Case& c) {
  tg::StepLR s{.step_size = index(c, "step_size", 0)};
  s.gamma = c.real("gamma", s.gamma);
  return s;
}

tg::MultiStepLR multi_step_lr(Case& c) {
  tg::MultiStepLR s{.milestones = indices(c, "milestones")};
  s.gamma = c.real("gamma", s.gamma);
  return s;
}

tg::LinearLR linear_lr(Case& c) {
  tg::LinearLR s;
  s.start_factor = c.real("start_factor", s.start_factor);
  s.end_factor = c.real("end_factor", s.end_factor);
  s.total_iters = index(c, "total_iters", s.total_iters);
  return s;
}

tg::ConstantLR constant_lr(Case& c) {
  tg::ConstantLR s;
  s.factor = c.real("factor", s.factor);
  s.total_iters = index(c, "total_iters", s.total_iters);
  return s;
}

tg::PolynomialLR polynomial_lr(Case& c) {
  tg::PolynomialLR s;
  s.total_iters = index(c, "total_iters", s.total_iters);
  s.power = c.real("power", s.power);
  return s;
}

tg::CosineAnnealingLR cosine(Case& c) {
  tg::CosineAnnealingLR s{.T_max = index(c, "T_max", 0)};
  s.eta_min = c.real("eta_min", s.eta_min);
  return s;
}

tg::CosineAnnealingWarmRestarts warm_restarts(Case& c) {
  tg::CosineAnnealingWarmRestarts s{.T_0 = index(c, "T_0", 0)};
  s.T_mult = index(c, "T_mult", s.T_mult);
  s.eta_min = c.real("eta_min", s.eta_min);
  return s;
}

tg::OneCycleLR one_cycle(Case& c) {
  tg::OneCycleLR s{.total_steps = index(c, "total_steps", 0)};
  s.pct_start = c.real("pct_start", s.pct_start);
  if (c.text("anneal_strategy", "cos") == "linear") s.anneal_strategy = tg::Anneal::linear;
  s.div_factor = c.real("div_factor", s.div_factor);
  s.final_div_factor = c.real("final_div_factor", s.final_div_factor);
  s.three_phase = c.flag("three_phase", s.three_phase);
  return s;
}

// The parts are those of in_sequence in cases/schedules.py.
tg::SequentialLR sequential(Case& c) {
  return {.schedules = {tg::LinearLR{.start_factor = 0.1, .total_iters = 4},
                        tg::ExponentialLR{.gamma = 0.9}, tg::StepLR{.step_size = 3, .gamma = 0.5}},
          .milestones = indices(c, "milestones")};
}

Outcome plateau(Case& c) {
  tg::ReduceLROnPlateauOptions options;
  if (c.text("mode", "min") == "max") options.mode = tg::PlateauMode::max;
  if (c.text("threshold_mode", "rel") == "abs") options.threshold_mode = tg::ThresholdMode::abs;
  options.factor = c.real("factor", options.factor);
  options.patience = index(c, "patience", options.patience);
  options.threshold = c.real("threshold", options.threshold);
  options.cooldown = index(c, "cooldown", options.cooldown);
  options.min_lr = c.real("min_lr", options.min_lr);
  options.eps = c.real("eps", options.eps);
  tg::SGD sgd = optimizer(c);
  tg::ReduceLROnPlateau scheduler(sgd, options);
  std::vector<double> rates;
  for (const double metric : c.list("metrics")) {
    scheduler.step(metric);
    rates.push_back(sgd.lr());
  }
  return {.results = {{"lr", number_list(rates)}}};
}

// Gradients a and b of two parameters; b has only some of its rows if the case says so.
struct TwoGradients {
  std::vector<tg::NamedParameter> parameters;
  tg::Gradients gradients;

  explicit TwoGradients(Case& c) {
    for (const char* name : {"a", "b"}) {
      const tg::Array values = c.array(name);
      const bool some = name[0] == 'b' && c.has("rows");
      parameters.push_back({name, tg::Parameter(tg::zeros(values.shape()))});
      gradients.add(parameters.back().parameter,
                    some ? tg::Gradient(rows_of(values, c.list("rows"))) : tg::Gradient(values));
    }
  }

  static tg::RowGrad rows_of(const tg::Array& values, const std::vector<double>& rows) {
    const std::size_t width = values.shape()[1];
    tg::RowGrad grad{{rows.begin(), rows.end()}, tg::zeros({rows.size(), width})};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const tg::Real* from = values.data() + static_cast<std::size_t>(rows[i]) * width;
      std::copy_n(from, width, grad.values.data() + i * width);
    }
    return grad;
  }

  Outcome outcome() const {
    Outcome outcome;
    for (const auto& [name, p] : parameters) outcome.results[name] = numbers(gradients.dense(p));
    return outcome;
  }
};

Outcome clip_grad_norm(Case& c) {
  TwoGradients two(c);
  tg::ClipOptions options;
  options.norm_type = c.real("norm_type", options.norm_type);
  options.error_if_nonfinite = c.flag("error_if_nonfinite", options.error_if_nonfinite);
  const double norm =
      tg::clip_grad_norm(two.parameters, two.gradients, c.real("max_norm", 0), options);
  Outcome outcome = two.outcome();
  outcome.results["norm"] = number(norm);
  return outcome;
}

Outcome clip_grad_value(Case& c) {
  TwoGradients two(c);
  tg::clip_grad_value(two.parameters, two.gradients, c.real("clip_value", 0));
  return two.outcome();
}

}  // namespace

Calls schedule_calls() {
  return {
      {"StepLR", schedule(step_lr)},
      {"MultiStepLR", schedule(multi_step_lr)},
      {"ExponentialLR",
       schedule([](Case& c) { return tg::ExponentialLR{.gamma = c.real("gamma", 0)}; })},
      {"LinearLR", schedule(linear_lr)},
      {"ConstantLR", schedule(constant_lr)},
      {"PolynomialLR", schedule(polynomial_lr)},
      {"CosineAnnealingLR", schedule(cosine)},
      {"CosineAnnealingWarmRestarts", schedule(warm_restarts)},
      {"OneCycleLR", schedule(one_cycle)},
      {"SequentialLR", schedule(sequential)},
      {"ReduceLROnPlateau", plateau},
      {"clip_grad_norm", clip_grad_norm},
      {"clip_grad_value", clip_grad_value},
  };
}

}  // namespace conformance
