// Whether bytes are UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace tapegrad::detail {

/// The place of the first byte that is no part of a character in UTF-8 (RFC 3629: no surrogates,
/// nothing longer than need be); the size of `text` if there is none.
std::size_t first_not_utf8(std::string_view text);

}  // namespace tapegrad::detail
