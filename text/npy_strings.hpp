// Arrays of strings in NumPy's files.
#pragma once

#include <string>
#include <tapegrad/text/bytes.hpp>
#include <vector>

namespace tapegrad::detail {

/// The strings of a .npy of shape [N] with the type <U (as UTF-8) or S (as they are), read bit by
/// bit, so that a header cannot ask for more memory than the file has bytes. FormatError for other
/// types and shapes, a malformed header, a file that is cut or longer than it should be.
std::vector<std::string> read_npy_strings(const InputPlace& place);

}  // namespace tapegrad::detail
