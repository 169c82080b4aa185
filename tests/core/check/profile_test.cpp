// Every operation is seen by the profiler: its forward by the span at its head, its backward by the
// tape.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/samples.hpp>

namespace tg = tapegrad;

namespace {

// A number that depends on all of y and hides nothing: no operation of the library makes it.
tg::Tensor loss_of(const tg::Tensor& y) {
  return tg::record("loss", {y}, tg::Tensor(tg::zeros({})), {},
                    [shape = y.shape()](const tg::Array&, const tg::Saved&, tg::Sink& sink) {
                      if (sink.wants(0)) sink.add(0, tg::full(shape, 1));
                    });
}

tg::Profile profile_of(const tg::Sample& sample) {
  const std::vector<tg::Parameter> parameters(sample.inputs.begin(), sample.inputs.end());
  tg::start_profile();
  {
    tg::Tape tape;
    const tg::Tensor y = sample.call({parameters.begin(), parameters.end()});
    tape.backward(loss_of(y));
  }
  return tg::stop_profile();
}

bool holds(const tg::Profile& profile, const std::string& name, tg::Phase phase) {
  return std::any_of(profile.records.begin(), profile.records.end(), [&](const auto& record) {
    return record.name == name && record.phase == phase && record.calls > 0;
  });
}

// Whether an operation records itself; mean, say, is made of others.
bool records_itself(const std::string& operation) {
  const std::string path = std::string(TAPEGRAD_SOURCE_DIR) + "/core/ops/" + operation + ".cpp";
  return tg::read_file(path).find("record(") != std::string::npos;
}

}  // namespace

TEST_CASE("every operation shows up in a profile under its own name, forward and backward") {
  for (const auto& operation : tg::all_samples()) {
    const std::string& name = operation.operation;
    bool backward = false;
    for (const auto& sample : operation.samples) {
      const tg::Profile profile = profile_of(sample);
      INFO("core/ops/" << name << ".cpp, sample: " << sample.what
                       << "\nEvery public function there "
                       << "begins with the line\n  const ProfileSpan span(\"" << name << "\");");
      CHECK(holds(profile, name, tg::Phase::forward));
      backward = backward || holds(profile, name, tg::Phase::backward);
    }
    INFO("core/ops/" << name << ".cpp: the name given to record is wanted to be the file's");
    CHECK(backward == records_itself(name));
  }
}

TEST_CASE("the bytes of a forward are its result, those of a backward the gradients") {
  const tg::Parameter a(tg::zeros({2, 3})), b(tg::zeros({3}));
  tg::start_profile();
  tg::Tape tape;
  tape.backward(loss_of(add(a, b)));
  const tg::Profile profile = tg::stop_profile();
  for (const auto& record : profile.records) {
    if (record.name != "add") continue;
    CHECK(record.calls == 1);
    const std::size_t numbers = record.phase == tg::Phase::forward ? 6 : 6 + 3;
    CHECK(record.bytes == numbers * sizeof(tg::Real));
  }
  CHECK(holds(profile, "add", tg::Phase::backward));
}
