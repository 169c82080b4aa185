// An operation of our own: one step of a gated recurrent unit (GRU).
#pragma once

#include <cstddef>
#include <tapegrad/tapegrad.hpp>

namespace custom {

namespace tg = tapegrad;

/// The state of B sequences after word t, from their state h [B, H] before it. What the word and
/// the state say goes in as sums that linear layers have made: x_gates [B, T, 3 H] of all words,
/// and h_gates [B, 3 H]; each is three parts side by side, for the gates r, z and n:
///
///   r = sigmoid(x_r + h_r)         how much of the state goes into the proposal
///   z = sigmoid(x_z + h_z)         how much of the state stays
///   n = tanh(x_n + r h_n)          the proposal
///   result = (1 - z) n + z h       [B, H]
///
/// Where `padding` [B, T] is true at word t the state stays as it is: nothing is read of x_gates
/// and h_gates there, and they get no gradient.
tg::Tensor gru_step(const tg::Tensor& x_gates, std::size_t t, const tg::Tensor& h_gates,
                    const tg::Tensor& h, const tg::Mask& padding);

}  // namespace custom
