// Where did the NaN come from? A guard under which the first operation that makes one throws.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/tensor.hpp>
#include <tapegrad/core/visit.hpp>
#include <type_traits>
#include <vector>

namespace tapegrad {

/// What DetectAnomaly throws:
///   log: the result of shape [2, 3] holds -inf at position 4 ([1, 1]), operation 7 on the tape
class AnomalyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct AnomalyOptions {
  /// Whether infinities are anomalies too; not so where a model adds -inf to mask.
  bool infinity = true;
};

inline namespace TAPEGRAD_PRECISION {

/// While it lives, the first operation on this thread whose result, or whose backward, holds a NaN
/// or an infinity throws AnomalyError with its name, the element, and the input that had one
/// already. Given a model, it calls parameters by their names. Guards nest, the innermost counts.
/// For searching: every value is read once more. torch.autograd.detect_anomaly, which looks at NaN
/// in backward alone.
class DetectAnomaly {
 public:
  explicit DetectAnomaly(const AnomalyOptions& options = {}) : DetectAnomaly({}, options) {}
  DetectAnomaly(std::vector<NamedParameter> names, const AnomalyOptions& options);
  template <class Model>
  requires(!std::is_same_v<Model, AnomalyOptions>) explicit DetectAnomaly(
      const Model& model, const AnomalyOptions& options = {})
      : DetectAnomaly(parameters(model), options) {}
  ~DetectAnomaly();
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;

  /// What the tape asks: throws AnomalyError when the result of an operation is bad; `place` is its
  /// number on the tape, if there is one.
  void check_result(const char* operation, std::optional<std::size_t> place, const Tensor* inputs,
                    std::size_t count, const Array& result) const;
  /// The same for the gradient of an input, with what arrived from elsewhere added; `leaf` is the
  /// parameter if it is one, `rows` are the rows of it that `gradient` has, if not all.
  void check_gradient(const char* operation, std::size_t place, std::size_t input, const Leaf* leaf,
                      const Array& gradient, const std::vector<Index>* rows = nullptr) const;

  /// The innermost guard of this thread; nullptr if there is none.
  static const DetectAnomaly* current() { return current_; }

 private:
  std::size_t find(const Array& values) const;
  std::string name_of(const Leaf* leaf) const;

  std::vector<NamedParameter> names_;
  AnomalyOptions options_;
  const DetectAnomaly* outer_;
  // Private, so with an underscore. NOLINTNEXTLINE(readability-identifier-naming)
  static constinit thread_local const DetectAnomaly* current_;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
