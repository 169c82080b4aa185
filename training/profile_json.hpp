// A profile as a file that trace viewers load.
#pragma once

#include <string>
#include <tapegrad/core/profile.hpp>

namespace tapegrad {

/// The events of a profile in the Trace Event Format of Chrome, which Perfetto
/// (https://ui.perfetto.dev) and chrome://tracing load: one complete event ("ph": "X") a span, its
/// phase as category, times in µs.
std::string to_trace_json(const Profile& profile);

}  // namespace tapegrad
