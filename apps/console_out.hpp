// Standard output, written so that no error is missed.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad::console {

/// Writes to standard output at once. std::system_error if that fails, as on a full disk. A reader
/// that has gone away ends the program by SIGPIPE, as is usual, even where the signal was ignored.
void write_out(std::string_view bytes);
/// Closes standard output: some file systems tell only now that the disk is full. Errors as above.
void close_out();

/// Writes a record into a file, for "-" to standard output. An empty name is no file.
void write_record(const std::string& file, std::string_view record);

}  // namespace tapegrad::console
