// Whole files: read in one go, written so that a crash never leaves half a file.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad {

/// The bytes of the file `path`. std::system_error with the path and the reason if it cannot be
/// read (a directory cannot).
std::string read_file(const std::string& path);

/// Makes `bytes` the content of the file `path`: written to `path`.tmp, flushed to the disk, then
/// renamed, so that a reader finds either the old content or the new. std::system_error with the
/// path and the reason if that fails; the old file is then still there.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace tapegrad
