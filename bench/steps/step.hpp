// A benchmark: one training step (or one product, one read of a file), prepared to be run again and
// again.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace bench {

/// What a step was asked to be: "V=1000", "rows=lazy", "file=vectors.txt".
class Options {
 public:
  /// Takes KEY=VALUE; throws std::invalid_argument for anything else.
  void add(const std::string& assignment);
  /// The value of `key`, or `otherwise`.
  std::size_t number(const std::string& key, std::size_t otherwise) const;
  std::string text(const std::string& key, const std::string& otherwise) const;
  /// The value of `key`; throws std::invalid_argument if there is none.
  std::string text(const std::string& key) const;

 private:
  std::map<std::string, std::string> values_;
};

struct Step {
  std::function<void()> run;
  double bytes = 0;  // that one step must move, or reads of a file; 0: not of interest
  double flops = 0;  // that one step computes in matrix products; 0: not of interest
};

using Factory = std::function<Step(const Options&)>;
/// Factories by the name of the benchmark.
using Registry = std::map<std::string, Factory>;

// Each group of steps adds its own: bench/steps/GROUP.cpp.
void add_bag_steps(Registry& registry);
void add_sequence_steps(Registry& registry);
void add_dense_steps(Registry& registry);
void add_small_steps(Registry& registry);
void add_transformer_steps(Registry& registry);
void add_text_steps(Registry& registry);
void add_nearest_steps(Registry& registry);
void add_limits(Registry& registry);

}  // namespace bench
