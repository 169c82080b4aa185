#include <tapegrad/core/parallel.hpp>

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>

namespace tapegrad {
namespace {

std::atomic<int> chosen_threads{0};

// Keeps the exception of the lowest block, whichever thread met it first.
class FirstError {
 public:
  void keep(std::size_t block) {
    const std::lock_guard lock(mutex_);
    if (error_ && block_ < block) return;
    error_ = std::current_exception();
    block_ = block;
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr error_;
  std::size_t block_ = 0;
};

}  // namespace

void set_threads(int threads) {
  if (threads < 0) {
    throw std::invalid_argument("set_threads: threads is " + std::to_string(threads) +
                                ", must be 0 (one for each processor) or more");
  }
  chosen_threads = threads;
}

int threads() {
  const int chosen = chosen_threads;
  return chosen > 0 ? chosen : omp_get_max_threads();
}

void parallel_for(std::size_t blocks, const std::function<void(std::size_t)>& body) {
  if (blocks <= 1 || threads() == 1 || omp_in_parallel() != 0) {
    for (std::size_t block = 0; block < blocks; ++block) body(block);
    return;
  }
  FirstError first_error;
  const int team =
      static_cast<int>(std::min<std::size_t>(blocks, static_cast<std::size_t>(threads())));
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
  for (std::size_t block = 0; block < blocks; ++block) {
    try {
      body(block);
    } catch (...) {
      first_error.keep(block);
    }
  }
  first_error.rethrow();
}

void parallel_ranges(std::size_t n, std::size_t cost,
                     const std::function<void(std::size_t, std::size_t)>& body) {
  constexpr std::size_t worthwhile = 1U << 16U;  // some 20 µs of work
  const std::size_t grain = std::max<std::size_t>(1, worthwhile / std::max<std::size_t>(1, cost));
  parallel_for((n + grain - 1) / grain,
               [&](std::size_t block) { body(block * grain, std::min(n, (block + 1) * grain)); });
}

}  // namespace tapegrad
