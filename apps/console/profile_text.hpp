// The profile of a program as people read it.
#pragma once

#include <string>
#include <tapegrad/core/profile.hpp>

namespace tapegrad {

/// The shares of the phases, and a table of the operations and stages, the longest first.
std::string profile_text(const Profile& profile);

}  // namespace tapegrad
