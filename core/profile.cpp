#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <tapegrad/core/profile.hpp>

namespace tapegrad {

namespace detail {
std::atomic<std::uint64_t> profile_session{0};
}  // namespace detail

namespace {

using Clock = std::chrono::steady_clock;

double in_seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

struct OpenSpan {
  std::string_view name;
  Phase phase;
  Clock::time_point start;
  Clock::duration inside{0};  // in spans that began and ended in this one
  std::uint64_t bytes = 0;

  bool same_record(const OpenSpan& other) const {
    return phase == other.phase && name == other.name;
  }
};

// The open spans of one thread, outermost first.
struct ThreadSpans {
  std::uint64_t session = 0;  // the profile they belong to
  std::size_t thread = 0;
  std::vector<OpenSpan> open;
};

thread_local ThreadSpans own;

// The profile that runs.
class Collector {
 public:
  void start(const ProfileOptions& options) {
    const std::lock_guard lock(mutex_);
    if (profiling()) throw std::logic_error("start_profile: a profile runs already");
    profile_ = {};
    for (auto& places : places_) places.clear();
    max_events_ = options.max_events;
    threads_ = 0;
    covered_ = {};
    start_ = Clock::now();
    detail::profile_session = ++sessions_;
    enter();
  }

  Profile stop() {
    const std::lock_guard lock(mutex_);
    if (!profiling()) throw std::logic_error("stop_profile: no profile runs");
    detail::profile_session = 0;
    const Clock::duration whole = Clock::now() - start_;
    const double rest = std::max(0.0, in_seconds(whole - covered_));
    profile_.seconds = in_seconds(whole);
    profile_.records.push_back({"everything else", Phase::other, 1, rest, rest, 0});
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
      profile_.peak_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    }
    return std::move(profile_);
  }

  // Makes this thread's list one of the running profile.
  void adopt() {
    const std::lock_guard lock(mutex_);
    enter();
  }

  // A span of this thread, taken off its list already, has ended.
  void add(const OpenSpan& span, Clock::duration duration, std::uint64_t session) {
    const bool nested = std::any_of(own.open.begin(), own.open.end(),
                                    [&](const OpenSpan& o) { return o.same_record(span); });
    const std::lock_guard lock(mutex_);
    if (session != detail::profile_session) return;
    const std::size_t place = place_of(span);
    ProfileRecord& record = profile_.records[place];
    ++record.calls;
    record.seconds += in_seconds(duration - span.inside);
    if (!nested) record.total_seconds += in_seconds(duration);
    record.bytes += span.bytes;
    if (own.thread == 0) covered_ += duration - span.inside;
    if (max_events_ == 0) return;
    if (profile_.events.size() < max_events_) {
      profile_.events.push_back({place, own.thread, span.start - start_, duration, span.bytes});
    } else {
      ++profile_.events_left_out;
    }
  }

 private:
  void enter() {
    own.session = sessions_;
    own.thread = threads_++;
    own.open.clear();
  }

  std::size_t place_of(const OpenSpan& span) {
    auto& places = places_.at(static_cast<std::size_t>(span.phase));
    const auto found = places.find(span.name);
    if (found != places.end()) return found->second;
    const std::size_t place = profile_.records.size();
    places.emplace(span.name, place);
    profile_.records.push_back({.name = std::string(span.name), .phase = span.phase});
    return place;
  }

  std::mutex mutex_;
  Profile profile_;
  std::array<std::map<std::string, std::size_t, std::less<>>, 4> places_;  // by phase and name
  std::size_t max_events_ = 0;
  std::size_t threads_ = 0;     // that had a span
  std::uint64_t sessions_ = 0;  // begun so far
  Clock::time_point start_;     //
  Clock::duration covered_{0};  // by spans of the thread that started
};

Collector& collector() {
  static Collector instance;
  return instance;
}

}  // namespace

const char* to_string(Phase phase) {
  constexpr std::array names{"forward", "backward", "optimizer", "other"};
  return names.at(static_cast<std::size_t>(phase));
}

void start_profile(const ProfileOptions& options) {
  collector().start(options);
}

Profile stop_profile() {
  return collector().stop();
}

void detail::count_profile_bytes(std::uint64_t bytes) {
  if (own.session == profile_session && !own.open.empty()) own.open.back().bytes += bytes;
}

void ProfileSpan::begin(const char* name, Phase phase) {
  if (own.session != detail::profile_session) collector().adopt();
  session_ = own.session;
  own.open.push_back({.name = name, .phase = phase, .start = Clock::now()});
}

void ProfileSpan::end() const {
  if (own.session != session_) return;  // of a profile that has ended; its list is gone
  const OpenSpan span = own.open.back();
  own.open.pop_back();
  const Clock::duration duration = Clock::now() - span.start;
  if (!own.open.empty()) own.open.back().inside += duration;
  collector().add(span, duration, session_);
}

}  // namespace tapegrad
