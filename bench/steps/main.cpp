// bench_steps NAME THREADS [KEY=VALUE ...]: prepares one benchmark, prints "ready BYTES FLOPS", and
// then answers each line "run N" with the times of N steps in milliseconds, on one line. Between
// them it sleeps, so that a peer that speaks the same way can run in turn with it (compare.py).

#include <fmt/core.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <tapegrad/core/parallel.hpp>

#include "step.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// More than one cycle of the batches, so that optimizers are past their first sight of each row.
constexpr int warm_up_steps = 20;
constexpr std::chrono::seconds warm_up_limit(2);

void warm_up(const bench::Step& step) {
  const auto start = Clock::now();
  for (int i = 0; i < warm_up_steps && Clock::now() - start < warm_up_limit; ++i) step.run();
}

void run(const bench::Step& step, int steps) {
  std::string times;
  for (int i = 0; i < steps; ++i) {
    const auto start = Clock::now();
    step.run();
    const std::chrono::duration<double, std::milli> taken = Clock::now() - start;
    times += fmt::format("{:.6g} ", taken.count());
  }
  fmt::print("{}\n", times);
  std::fflush(stdout);
}

void serve(const bench::Step& step) {
  warm_up(step);
  fmt::print("ready {:.17g} {:.17g}\n", step.bytes, step.flops);
  std::fflush(stdout);
  std::string word;
  int steps = 0;
  while (std::cin >> word >> steps) run(step, steps);
}

int bench_steps(int argc, char** argv) {
  bench::Registry registry;
  bench::add_bag_steps(registry);
  bench::add_sequence_steps(registry);
  bench::add_dense_steps(registry);
  bench::add_small_steps(registry);
  bench::add_transformer_steps(registry);
  bench::add_text_steps(registry);
  bench::add_nearest_steps(registry);
  bench::add_limits(registry);
  const auto found = argc < 3 ? registry.end() : registry.find(argv[1]);
  if (found == registry.end()) {
    fmt::print(stderr, "usage: bench_steps NAME THREADS [KEY=VALUE ...]; NAME is one of:\n");
    for (const auto& [name, factory] : registry) fmt::print(stderr, "  {}\n", name);
    return 2;
  }
  tapegrad::set_threads(std::stoi(argv[2]));
  bench::Options options;
  for (int i = 3; i < argc; ++i) options.add(argv[i]);
  serve(found->second(options));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return bench_steps(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_steps: {}\n", error.what());
    return 1;
  }
}
