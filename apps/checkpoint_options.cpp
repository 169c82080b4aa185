#include "checkpoint_options.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <stdexcept>

#include "console/console.hpp"

namespace tapegrad {

void add_checkpoint_options(CLI::App& app, CheckpointArguments& arguments) {
  app.option_defaults()->group("Checkpoints");
  app.add_option("--checkpoint", arguments.begin,
                 "Keep in this folder what is needed to go on with --resume")
      ->check(console::no_standard_output())
      ->type_name("DIR");
  app.add_option("--checkpoint-every", arguments.every,
                 "Write a checkpoint every N steps (0: every 30 seconds, or less often if writing "
                 "would take more than a twentieth of the time)")
      ->capture_default_str()
      ->transform(console::whole_number(0))
      ->type_name("N");
  app.add_option(
         "--resume", arguments.resume,
         "Go on from the checkpoint in this folder, with the same options (--epochs too), and "
         "keep others there; without one, begin anew")
      ->check(console::no_standard_output())
      ->type_name("DIR");
}

void check(const CheckpointArguments& arguments) {
  if (!arguments.begin.empty() && !arguments.resume.empty()) {
    throw std::invalid_argument(
        "--checkpoint and --resume: --resume DIR alone goes on from DIR and keeps checkpoints "
        "there");
  }
  if (arguments.every > 0 && !arguments.wanted()) {
    throw std::invalid_argument("--checkpoint-every: needs --checkpoint DIR or --resume DIR");
  }
}

std::unique_ptr<Checkpoints> open_checkpoints(const CheckpointArguments& arguments, bool quiet) {
  if (!arguments.wanted()) return nullptr;
  console::make_folder(arguments.folder());
  auto checkpoints = std::make_unique<Checkpoints>(CheckpointOptions{
      .folder = arguments.folder(), .every = arguments.every, .resume = !arguments.resume.empty()});
  if (quiet) return checkpoints;
  if (checkpoints->resumed() != nullptr) {
    console::tell(fmt::format("{}: going on from here", checkpoints->path()));
  } else if (!arguments.resume.empty()) {
    console::tell(fmt::format("{}: holds no checkpoint yet, beginning anew", arguments.resume));
  }
  return checkpoints;
}

std::string how_to_go_on(const CheckpointArguments& arguments) {
  if (!arguments.wanted()) return "";
  return fmt::format("; to go on: the same options with --resume {}", arguments.folder());
}

}  // namespace tapegrad
