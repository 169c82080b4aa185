// All loops, for the instruction set of the source that includes this. See vectors.hpp for the
// rules of this folder.
#pragma once

#include <tapegrad/core/kernels/simd/dropout.hpp>
#include <tapegrad/core/kernels/simd/layer_norm.hpp>
#include <tapegrad/core/kernels/simd/optimizers.hpp>
#include <tapegrad/core/kernels/simd/quantized_rows.hpp>
#include <tapegrad/core/kernels/simd/row_products.hpp>
#include <tapegrad/core/kernels/simd/softmax.hpp>
#include <tapegrad/core/kernels/simd/sum_rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr Simd loops{.sum_rows = sum_rows,
                     .sum_float16_rows = sum_quantized_rows<Float16Rows>,
                     .sum_int8_rows = sum_quantized_rows<Int8Rows>,
                     .sum_int4_rows = sum_quantized_rows<Int4Rows>,
                     .dot = dot,
                     .multiply_rows = multiply_rows,
                     .dropout = dropout_elements,
                     .softmax = softmax_line,
                     .log_softmax = log_softmax_line,
                     .masked_softmax = masked_softmax_line,
                     .softmax_gradient = softmax_gradient_line,
                     .log_softmax_gradient = log_softmax_gradient_line,
                     .layer_norm = layer_norm_lines,
                     .layer_norm_gradient = layer_norm_gradient_lines,
                     .adam = adam,
                     .adam_drift = adam_drift,
                     .amsgrad = amsgrad,
                     .adagrad = adagrad,
                     .rmsprop = rmsprop<false, false>,
                     .rmsprop_momentum = rmsprop<false, true>,
                     .rmsprop_centered = rmsprop<true, false>,
                     .rmsprop_centered_momentum = rmsprop<true, true>,
                     .sgd = sgd,
                     .sgd_momentum = sgd_momentum,
                     .sgd_nesterov = sgd_nesterov};

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
