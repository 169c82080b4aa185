// Everything a user of the library needs.
#pragma once

#include <tapegrad/core/array.hpp>
#include <tapegrad/core/context.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/gradcheck.hpp>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/core/tape.hpp>
#include <tapegrad/core/tensor.hpp>
#include <tapegrad/core/visit.hpp>
