#include "manual.hpp"

namespace tapegrad::console {

std::vector<Entry> exit_codes() {
  return {{"0", "Done."},
          {"1", "A file, the data or the training failed; the message says which."},
          {"2", "Wrong usage: an option or a value that is unknown, missing or does not fit."},
          {"130", "Interrupted by Ctrl-C or SIGTERM; what was finished is kept."}};
}

std::string docs_place() {
  return "The folder docs is in PREFIX/share/doc/tapegrad, and in the sources.";
}

std::vector<Entry> environment_variables() {
  return {
      {"NO_COLOR", "If it is set and not empty, no colours."},
      {"CLICOLOR_FORCE", "If it is set and not 0, colours even where there is no terminal."},
      {"TERM", "\"dumb\": no colours, and progress in plain lines."},
      {"COLUMNS", "Width of the help page where there is no terminal."},
      {"OPENBLAS_CORETYPE",
       "The kernels of OpenBLAS. By default the fastest ones that the processor has are chosen; "
       "--version shows them."},
      {"SOURCE_DATE_EPOCH", "The date of the manual page that --man prints."}};
}

}  // namespace tapegrad::console
