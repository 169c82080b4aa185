// Standard output, written so that no error is missed.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad::console {

/// Writes to standard output at once. std::system_error if that fails, as on a full disk. A reader
/// that has gone away ends the program by SIGPIPE, as is usual, even where the signal was ignored.
void write_out(std::string_view bytes);
/// Writes what fmt::print has in its buffer; errors as above.
void flush_out();
/// Closes standard output: some file systems tell only now that the disk is full. Errors as above.
void close_out();

/// Writes a record into a file, for "-" to standard output. An empty name is no file.
void write_record(const std::string& file, std::string_view record);

/// What of the following is printed: results not if a record goes to standard output, notes not
/// with --quiet either.
struct Printing {
  bool results = true;
  bool notes = true;
};
void set_printing(Printing printing);
/// What the user ran the program for, and what is good to know beside: both to standard output.
void print_result(std::string_view text);
void print_note(std::string_view text);
/// A line to standard error that is no warning: an interruption, a file written on the way.
void tell(std::string_view line);

}  // namespace tapegrad::console
