#include <tapegrad/core/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <tapegrad/core/kernels/denormals.hpp>
#include <thread>
#include <vector>

namespace tapegrad {
namespace {

std::atomic<int> chosen_threads{0};

// Blocks are done on this thread already: what they start in turn runs serially.
thread_local bool inside_job = false;

// One call of parallel_for: blocks that any thread may take, one after the other.
class Job {
 public:
  Job(std::size_t blocks, const std::function<void(std::size_t)>& body)
      : blocks_(blocks), body_(body) {}

  void work() {
    const FloatingPointMode mode(mode_);
    inside_job = true;
    for (std::size_t block = next_++; block < blocks_; block = next_++) {
      try {
        body_(block);
      } catch (...) {
        keep_error(block);
      }
    }
    inside_job = false;
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  // Keeps the exception of the lowest block, whichever thread met it first.
  void keep_error(std::size_t block) {
    const std::lock_guard lock(mutex_);
    if (error_ && error_block_ < block) return;
    error_ = std::current_exception();
    error_block_ = block;
  }

  std::size_t blocks_;
  const std::function<void(std::size_t)>& body_;
  std::uint64_t mode_ = FloatingPointMode::current();  // the caller's, for all who help
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr error_;
  std::size_t error_block_ = 0;
};

// Threads that help the caller with its job. The caller never waits for a helper that has not
// begun: on a busy machine, where a helper may get no processor for long, it does the work itself.
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      ++calls_;
    }
    called_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }

  // False when another thread of the user's has the helpers; then nothing was done.
  bool run(Job& job, std::size_t helpers) {
    const std::unique_lock busy(busy_, std::try_to_lock);
    if (!busy.owns_lock()) return false;
    hire(helpers);
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      seats_ = helpers;
      ++calls_;
    }
    called_.notify_all();
    job.work();
    std::unique_lock lock(mutex_);
    seats_ = 0;
    done_.wait(lock, [this] { return active_ == 0; });
    return true;
  }

 private:
  void hire(std::size_t helpers) {
    try {
      while (helpers_.size() < helpers) helpers_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
      // The system gives no more threads: those there are do the work.
    }
  }

  void help() {
    std::uint64_t seen = 0;
    while (true) {
      look_out(seen);
      std::unique_lock lock(mutex_);
      called_.wait(lock, [&] { return calls_ != seen; });
      seen = calls_;
      if (stopping_) return;
      if (seats_ == 0) continue;
      --seats_;
      ++active_;
      Job& job = *job_;
      lock.unlock();
      job.work();
      lock.lock();
      if (--active_ == 0) done_.notify_one();
    }
  }

  // Waits awake for a short time: the next job often comes at once, and waking up takes longer.
  void look_out(std::uint64_t seen) const {
    for (int i = 0; i < 100 && calls_ == seen; ++i) std::this_thread::yield();
  }

  std::mutex busy_;   // one job at a time
  std::mutex mutex_;  // guards what follows
  std::condition_variable called_, done_;
  Job* job_ = nullptr;
  std::size_t seats_ = 0;   // helpers that may still join the job
  std::size_t active_ = 0;  // helpers at work on it
  std::atomic<std::uint64_t> calls_{0};
  bool stopping_ = false;
  std::vector<std::thread> helpers_;
};

Pool& pool() {
  static Pool instance;
  return instance;
}

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
  return chosen > 0 ? chosen : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void parallel_for(std::size_t blocks, const std::function<void(std::size_t)>& body) {
  if (blocks > 1 && threads() > 1 && !inside_job) {
    Job job(blocks, body);
    if (pool().run(job, std::min(blocks, static_cast<std::size_t>(threads())) - 1)) {
      job.rethrow();
      return;
    }
  }
  for (std::size_t block = 0; block < blocks; ++block) body(block);
}

}  // namespace tapegrad
