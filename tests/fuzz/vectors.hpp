// What the targets of word vectors share.
#pragma once

#include <string>
#include <tapegrad/text/vectors.hpp>

namespace fuzz {

/// Every word of a file of vectors.
bool any_word(std::string_view word);

/// Loads the file `path` with both policies, and checks what is said of what is accepted: among it
/// that the same vectors come back from a file that they were saved in.
void check_vectors(const std::string& path);

}  // namespace fuzz
