// What a case's call gave beside what the file says.
#pragma once

#include "case.hpp"

namespace conformance {

/// "" if both agree: the same results, of the same shapes, each element within `tolerance` times
/// the largest finite absolute value of the wanted result. Else one line a result that differs,
/// with its worst element and both numbers. If an error is wanted, there must be one, of any text;
/// our own texts are compared by contains_error.
std::string difference(const Outcome& got, const Outcome& wanted, double tolerance);

/// Runs a case and compares; "" if all is well, else what is wrong, naming case and seed.
std::string check(const CaseRecord& record, const Run& run);

}  // namespace conformance
