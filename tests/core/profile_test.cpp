#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/profile.hpp>
#include <thread>

namespace tg = tapegrad;
using tg::Phase;
using tg::Profile;
using tg::ProfileSpan;

namespace {

void wait(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

const tg::ProfileRecord& record_of(const Profile& profile, const std::string& name) {
  for (const auto& record : profile.records) {
    if (record.name == name) return record;
  }
  throw std::runtime_error("no record " + name);
}

bool has_record(const Profile& profile, const std::string& name) {
  return std::any_of(profile.records.begin(), profile.records.end(),
                     [&](const auto& record) { return record.name == name; });
}

double sum_of_seconds(const Profile& profile) {
  return std::accumulate(profile.records.begin(), profile.records.end(), 0.0,
                         [](double sum, const auto& record) { return sum + record.seconds; });
}

void outer_and_inner() {
  const ProfileSpan outer("outer", Phase::other);
  wait(4);
  const ProfileSpan inner("inner", Phase::optimizer);
  wait(8);
}

}  // namespace

TEST_CASE("a span inside another is taken off its own seconds, not off its total") {
  tg::start_profile();
  outer_and_inner();
  outer_and_inner();
  wait(2);
  const Profile profile = tg::stop_profile();
  const auto& outer = record_of(profile, "outer");
  const auto& inner = record_of(profile, "inner");
  CHECK(outer.calls == 2);
  CHECK(inner.calls == 2);
  CHECK(inner.phase == Phase::optimizer);
  CHECK(outer.seconds >= 0.008);
  CHECK(inner.seconds >= 0.016);
  CHECK(inner.total_seconds == inner.seconds);
  CHECK(outer.total_seconds == Approx(outer.seconds + inner.seconds));
  CHECK(record_of(profile, "everything else").seconds >= 0.002);
  CHECK(sum_of_seconds(profile) == Approx(profile.seconds));
  CHECK(profile.events.empty());
  CHECK(profile.peak_memory > 1'000'000);
}

TEST_CASE("a span inside one of its own name counts once in the total") {
  tg::start_profile();
  {
    const ProfileSpan outer("same");
    const ProfileSpan inner("same");
    wait(2);
  }
  const Profile profile = tg::stop_profile();
  const auto& same = record_of(profile, "same");
  CHECK(same.calls == 2);
  CHECK(same.total_seconds == Approx(same.seconds));
}

TEST_CASE("bytes go to the innermost span") {
  tg::start_profile();
  tg::add_profile_bytes(1);  // in no span
  {
    const ProfileSpan outer("outer");
    tg::add_profile_bytes(10);
    {
      const ProfileSpan inner("inner");
      tg::add_profile_bytes(100);
    }
    tg::add_profile_bytes(1000);
  }
  const Profile profile = tg::stop_profile();
  CHECK(record_of(profile, "outer").bytes == 1010);
  CHECK(record_of(profile, "inner").bytes == 100);
}

TEST_CASE("without a profile nothing is counted") {
  CHECK_FALSE(tg::profiling());
  { const ProfileSpan before("before"); }
  const ProfileSpan around("around");
  tg::start_profile({.max_events = 10});
  CHECK(tg::profiling());
  const auto open = std::make_unique<ProfileSpan>("still open");
  const Profile profile = tg::stop_profile();
  CHECK(profile.records.size() == 1);
  CHECK(profile.records[0].name == "everything else");
  CHECK(profile.events.empty());
}

TEST_CASE("a span that is open when its profile ends does not disturb the next one") {
  tg::start_profile();
  auto old = std::make_unique<ProfileSpan>("old");
  tg::stop_profile();
  tg::start_profile();
  {
    const ProfileSpan fresh("fresh");
    old.reset();
  }
  const Profile profile = tg::stop_profile();
  CHECK(profile.records.size() == 2);
  CHECK(record_of(profile, "fresh").calls == 1);
}

TEST_CASE("one profile runs at a time") {
  CHECK_THROWS_WITH(tg::stop_profile(), "stop_profile: no profile runs");
  tg::start_profile();
  CHECK_THROWS_WITH(tg::start_profile(), "start_profile: a profile runs already");
  tg::stop_profile();
}

TEST_CASE("events are the first spans, one by one, and what is left out is counted") {
  tg::start_profile({.max_events = 3});
  outer_and_inner();
  outer_and_inner();
  std::thread([] { const ProfileSpan other("on another thread"); }).join();
  const Profile profile = tg::stop_profile();
  REQUIRE(profile.events.size() == 3);
  CHECK(profile.events_left_out == 2);
  const auto& inner = profile.events[0];
  const auto& outer = profile.events[1];
  CHECK(profile.records[inner.record].name == "inner");
  CHECK(profile.records[outer.record].name == "outer");
  CHECK(inner.start >= outer.start + std::chrono::milliseconds(4));
  CHECK(inner.start + inner.duration <= outer.start + outer.duration);
  CHECK(profile.events[2].start >= outer.start + outer.duration);
}

TEST_CASE("spans of other threads are counted, with a thread number of their own") {
  tg::start_profile({.max_events = 10});
  std::thread([] {
    const ProfileSpan span("there");
    wait(4);
  }).join();
  { const ProfileSpan span("here"); }
  const Profile profile = tg::stop_profile();
  CHECK(record_of(profile, "there").seconds >= 0.004);
  // The thread that started was waiting all the time.
  CHECK(record_of(profile, "everything else").seconds >= 0.004);
  REQUIRE(profile.events.size() == 2);
  CHECK(profile.events[0].thread == 1);
  CHECK(profile.events[1].thread == 0);
}

TEST_CASE("a profiled operation and its backward have the bits of one that is not") {
  const auto gradients = [] {
    const tg::Parameter x(tg::Array{{0.1F, -2.0F, 3.0F}});
    tg::Tape tape;
    return tape.backward(sum(tanh(mul(x, x)))).dense(x);
  };
  const tg::Array plain = gradients();
  tg::start_profile();
  const tg::Array profiled = gradients();
  const Profile profile = tg::stop_profile();
  CHECK(std::memcmp(plain.data(), profiled.data(), plain.size() * sizeof(float)) == 0);
  CHECK(has_record(profile, "Tape::backward"));
}

TEST_CASE("lookups count the bytes of their result with and without a tape") {
  const tg::Parameter table(tg::zeros({5, 4}));
  for (const bool taped : {false, true}) {
    tg::start_profile();
    {
      const auto tape = taped ? std::make_unique<tg::Tape>() : nullptr;
      tg::embedding(table, {0, 1, 1});
      tg::embedding_bag(table, {.ids = {{0, 1}, {2, 3}}});
    }
    const tg::Profile profile = tg::stop_profile();
    CHECK(record_of(profile, "embedding").bytes == 3 * 4 * sizeof(tg::Real));
    CHECK(record_of(profile, "embedding_bag").bytes == 2 * 4 * sizeof(tg::Real));
  }
}
