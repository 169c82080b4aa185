// Convolutions over sequences, and what follows them.
#include <tapegrad/layers/conv1d.hpp>

#include "case.hpp"

namespace conformance {
namespace {

tg::Conv1d make_conv1d(Case& c, tg::Rng& rng) {
  tg::Conv1dOptions options;
  options.padding = c.integer("padding", static_cast<int>(options.padding));
  options.bias = c.flag("bias", options.bias);
  return {c.size("in_channels"), c.size("out_channels"), c.size("kernel_size"), rng, options};
}

}  // namespace

Calls convolution_calls() {
  return {
      {"conv1d", differentiable([](Case& c) {
         return tg::conv1d(c.tensor("x"), c.tensor("weight"), c.optional_tensor("bias"),
                           c.integer("padding", 0));
       })},
      {"Conv1d",
       layer(make_conv1d, [](const tg::Conv1d& made, Case& c) { return made(c.tensor("x")); })},
      {"max_over_time",
       differentiable([](Case& c) { return tg::max_over_time(c.tensor("x"), c.mask("mask")); })},
  };
}

}  // namespace conformance
