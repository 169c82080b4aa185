// The checkpoint that a training goes on from.
#include <stdexcept>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/divergence.hpp>
#include <tapegrad/training/epochs.hpp>

#include "../fuzz.hpp"
#include "../training.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

void fuzz::check(std::string_view bytes) {
  static const std::string run = folder() + "/run";
  static const std::string path = [] { return tg::Checkpoints({.folder = run}).path(); }();
  tg::OutputFile file(path);
  file.append(bytes.data(), bytes.size());
  file.commit();
  accepted(path, [] {
    try {
      train({.folder = run, .every = 1000, .resume = true});
    } catch (const tg::NotFiniteError&) {           // of numbers that cannot be trained on
    } catch (const tg::DivergedError&) {            // the same, found in a step
    } catch (const std::invalid_argument& error) {  // of a training with other options
      expect_named(path, error.what());
    }
    return true;
  });
}
