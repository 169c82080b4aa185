// Where the time goes: named spans of work, summed by name, and one by one if wanted.
//
//   start_profile();
//   ...                                       // training
//   const Profile profile = stop_profile();   // seconds, calls and bytes of each operation
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tapegrad {

/// What a span's work belongs to. An operation has its own spans in forward, and gets those of its
/// backward from the tape.
enum class Phase { forward, backward, optimizer, other };

/// "forward", "backward", "optimizer", "other".
const char* to_string(Phase phase);

/// All spans of one name and phase, on all threads.
struct ProfileRecord {
  std::string name;
  Phase phase = Phase::other;
  std::uint64_t calls = 0;
  double seconds = 0;        ///< without the spans inside: on one thread, those of all records
                             ///< sum to Profile::seconds
  double total_seconds = 0;  ///< with the spans inside
  /// Forward: the results. Backward: the gradients handed over. Optimizer: the gradients, values
  /// and state that were gone over. Others: what was read, made or written.
  std::uint64_t bytes = 0;
};

/// One span. Those of one thread lie apart or one inside the other.
struct ProfileEvent {
  std::size_t record = 0;             ///< its place in Profile::records
  std::size_t thread = 0;             ///< 0 is the thread that started the profile
  std::chrono::nanoseconds start{0};  ///< since start_profile
  std::chrono::nanoseconds duration{0};
  std::uint64_t bytes = 0;
};

/// What was measured between start_profile and stop_profile.
struct Profile {
  /// In the order in which their first spans ended; the last one, "everything else", is what the
  /// thread that started the profile did outside of all spans.
  std::vector<ProfileRecord> records;
  std::vector<ProfileEvent> events;   ///< in the order of their ends
  std::uint64_t events_left_out = 0;  ///< spans that ended when there were max_events already
  double seconds = 0;                 ///< from start to stop
  std::uint64_t peak_memory = 0;      ///< bytes: the most this process ever had in memory
};

struct ProfileOptions {
  /// How many spans are kept one by one, the first of them; 48 bytes each.
  std::size_t max_events = 0;
};

/// Starts measuring, on all threads. std::logic_error if a profile runs already.
void start_profile(const ProfileOptions& options = {});
/// Ends it and returns what was measured; spans that are still open count for nothing.
/// std::logic_error if no profile runs.
Profile stop_profile();

namespace detail {
extern std::atomic<std::uint64_t> profile_session;  // counts the profiles; 0: none runs
void count_profile_bytes(std::uint64_t bytes);
}  // namespace detail

/// Whether a profile runs.
inline bool profiling() {
  return detail::profile_session.load(std::memory_order_relaxed) != 0;
}

/// Adds bytes to the innermost open span of this thread, if a profile runs and there is one.
inline void add_profile_bytes(std::uint64_t bytes) {
  if (profiling()) detail::count_profile_bytes(bytes);
}

/// Counts its own lifetime under a name, if a profile runs; otherwise it costs one comparison:
///   const ProfileSpan span("tanh");
/// The name must outlive the span.
class ProfileSpan {
 public:
  explicit ProfileSpan(const char* name, Phase phase = Phase::forward) {
    if (profiling()) begin(name, phase);
  }
  ~ProfileSpan() {
    if (session_ != 0) end();
  }
  ProfileSpan(const ProfileSpan&) = delete;
  ProfileSpan& operator=(const ProfileSpan&) = delete;

 private:
  void begin(const char* name, Phase phase);
  void end() const;

  std::uint64_t session_ = 0;  // the profile it began in; 0: none
};

}  // namespace tapegrad
