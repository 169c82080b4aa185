// All of tapegrad.
#pragma once

#include <tapegrad/core/array.hpp>
#include <tapegrad/core/context.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/gradcheck.hpp>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/core/tape.hpp>
#include <tapegrad/core/tensor.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/layers/activations.hpp>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/embedding_bag.hpp>
#include <tapegrad/layers/init.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/layers/sequential.hpp>
#include <tapegrad/layers/text_embedding.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/optimizer.hpp>
#include <tapegrad/optim/sgd.hpp>
