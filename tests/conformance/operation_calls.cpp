// Arithmetic, shapes, reductions, elementwise functions, softmax, dropout.
#include "case.hpp"

namespace conformance {
namespace {

using Unary = tg::Tensor (*)(const tg::Tensor&);
using Binary = tg::Tensor (*)(const tg::Tensor&, const tg::Tensor&);
using AlongAxis = tg::Tensor (*)(const tg::Tensor&, int);

Run unary(Unary operation) {
  return differentiable([=](Case& c) { return operation(c.tensor("x")); });
}

Run binary(Binary operation) {
  return differentiable([=](Case& c) { return operation(c.tensor("a"), c.tensor("b")); });
}

Run along_axis(AlongAxis operation) {
  return differentiable([=](Case& c) { return operation(c.tensor("x"), c.integer("axis", -1)); });
}

tg::Tensor sum(Case& c) {
  const tg::Tensor x = c.tensor("x");
  if (!c.has("axis")) return tg::sum(x);
  return tg::sum(x, c.integer("axis", 0), c.flag("keep_axis", false));
}

tg::Tensor mean(Case& c) {
  const tg::Tensor x = c.tensor("x");
  if (!c.has("axis")) return tg::mean(x);
  return tg::mean(x, c.integer("axis", 0), c.flag("keep_axis", false));
}

tg::Tensor concat(Case& c) {
  std::vector<tg::Tensor> tensors;
  for (const char* name : {"a", "b", "c"}) {
    if (c.has_input(name)) tensors.push_back(c.tensor(name));
  }
  return tg::concat(tensors, c.integer("axis", 0));
}

tg::Tensor slice(Case& c) {
  return tg::slice(c.tensor("x"), c.integer("axis", 0), c.integer("begin", 0), c.integer("end", 0));
}

tg::Tensor transpose(Case& c) {
  return tg::transpose(c.tensor("x"), c.integer("axis1", -2), c.integer("axis2", -1));
}

tg::Tensor dropout(Case& c) {
  const tg::Context context{.training = c.flag("training", false)};
  return tg::dropout(c.tensor("x"), c.real("p", 0), context);
}

}  // namespace

Calls operation_calls() {
  return {
      {"add", binary(tg::add)},
      {"sub", binary(tg::sub)},
      {"mul", binary(tg::mul)},
      {"div", binary(tg::div)},
      {"neg", unary(tg::neg)},
      {"exp", unary(tg::exp)},
      {"log", unary(tg::log)},
      {"relu", unary(tg::relu)},
      {"gelu", unary(tg::gelu)},
      {"tanh", unary(tg::tanh)},
      {"sigmoid", unary(tg::sigmoid)},
      {"matmul", binary(tg::matmul)},
      {"linear", differentiable([](Case& c) {
         return tg::linear(c.tensor("x"), c.tensor("weight"), c.optional_tensor("bias"));
       })},
      {"transpose", differentiable(transpose)},
      {"reshape",
       differentiable([](Case& c) { return tg::reshape(c.tensor("x"), c.shape("shape")); })},
      {"concat", differentiable(concat)},
      {"slice", differentiable(slice)},
      {"sum", differentiable(sum)},
      {"mean", differentiable(mean)},
      {"masked_mean",
       differentiable([](Case& c) { return tg::masked_mean(c.tensor("x"), c.mask("mask")); })},
      {"softmax", along_axis(tg::softmax)},
      {"log_softmax", along_axis(tg::log_softmax)},
      {"dropout", differentiable(dropout)},
      {"stop_gradient", unary(tg::stop_gradient)},
  };
}

}  // namespace conformance
