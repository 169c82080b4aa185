// What gru_step is checked on. Linked into check_gru alone: only the double build has samples.
#include <tapegrad/core/samples.hpp>

#include "gru_step.hpp"

namespace custom {
namespace {

// The step at word t; the inputs are x_gates, h_gates and h, in the order of gru_step's.
auto step(std::size_t t, const tg::Mask& padding) {
  return [=](const std::vector<tg::Tensor>& x) { return gru_step(x[0], t, x[1], x[2], padding); };
}

// A call with these shapes, none of whose numbers matter.
auto wrong(const tg::Shape& x_gates, std::size_t t, const tg::Shape& h_gates, const tg::Shape& h,
           const tg::Shape& padding) {
  return [=] {
    gru_step(tg::Tensor(tg::zeros(x_gates)), t, tg::Tensor(tg::zeros(h_gates)),
             tg::Tensor(tg::zeros(h)), tg::Mask(padding, false));
  };
}

using tg::distinct;  // numbers of both signs, away from 0 and from each other

const tg::Mask ragged = {{false, false}, {false, true}, {true, true}};
const std::vector<tg::Array> three = {distinct({3, 2, 6}), distinct({3, 6}, 1),
                                      distinct({3, 2}, 2)};

const bool samples = tg::add_samples(
    "gru_step",
    {{"the first word, one sequence without words", three, step(0, ragged)},
     {"the last word, two sequences ended before", three, step(1, ragged)},
     {"size 1",
      {distinct({1, 1, 3}), distinct({1, 3}, 1), distinct({1, 1}, 2)},
      step(0, tg::Mask(tg::Shape{1, 1}, false))},
     {"no sequences",
      {distinct({0, 2, 6}), distinct({0, 6}), distinct({0, 2})},
      step(1, tg::Mask(tg::Shape{0, 2}, false))},
     {"a word read twice", three,
      [](const std::vector<tg::Tensor>& x) {
        return gru_step(x[0], 0, x[1], gru_step(x[0], 0, x[1], x[2], ragged), ragged);
      }}},
    {{"gru_step: h has shape [6], [B, H] is wanted", wrong({3, 2, 6}, 0, {3, 6}, {6}, {3, 2})},
     {"gru_step: h_gates has shape [3, 2], [3, 6] is wanted",
      wrong({3, 2, 6}, 0, {3, 2}, {3, 2}, {3, 2})},
     {"gru_step: x_gates has shape [3, 6], [3, T, 6] is wanted",
      wrong({3, 6}, 0, {3, 6}, {3, 2}, {3, 2})},
     {"gru_step: padding has shape [2, 3], [3, 2] is wanted",
      wrong({3, 2, 6}, 0, {3, 6}, {3, 2}, {2, 3})},
     {"gru_step: word 2 is out of range [0, 2)", wrong({3, 2, 6}, 2, {3, 6}, {3, 2}, {3, 2})}});

}  // namespace
}  // namespace custom
