// Checkpoints: all that a training needs to go on after it was stopped, in one file.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tapegrad/training/safetensors.hpp>
#include <vector>

namespace tapegrad {

struct CheckpointOptions {
  std::string folder;
  /// Steps from one checkpoint to the next; 0: by time, once in half a minute, or so much less
  /// often that writing takes no more than a twentieth of the time.
  Index every = 0;
  /// Goes on from the checkpoint in the folder, if there is one.
  bool resume = false;
};

inline namespace TAPEGRAD_PRECISION {

/// A checkpoint that is read: sections of JSON text, and tensors. Whatever the file holds, it is
/// FormatError or the right kind of value.
class CheckpointFile {
 public:
  /// FormatError for a file that is no checkpoint, or that a newer version wrote.
  explicit CheckpointFile(const std::string& path);

  const std::string& path() const { return path_; }
  /// The JSON text of a section.
  const std::string& section(const std::string& name) const;
  /// A tensor of this shape.
  Array array(const std::string& name, const Shape& shape) const;
  /// A list of doubles, of 32-bit numbers, of indices.
  std::vector<double> doubles(const std::string& name) const;
  std::vector<std::uint32_t> numbers(const std::string& name) const;
  std::vector<Index> indices(const std::string& name) const;

 private:
  const RawTensor& find(const std::string& name, DType type) const;
  template <class T>
  std::vector<T> list(const std::string& name, DType type) const;

  std::string path_;
  SafetensorsFile file_;
};

/// The checkpoints of one training, or of several one after the other. Each part of a program gives
/// what it knows as a section; whoever makes the steps says when to write.
///
///   Checkpoints checkpoints({.folder = "run1", .resume = true});
///   options.checkpoints = &checkpoints;
///   fit(model, optimizer, train, dev, options);
///
/// The file is DIR/checkpoint.safetensors, written beside its place, flushed to the disk and
/// renamed: the last whole one stays whatever happens.
class Checkpoints {
 public:
  /// Makes the folder if it is missing. Throws std::invalid_argument when it holds a checkpoint
  /// that is not to be resumed, which would be written over; std::runtime_error when another
  /// process writes its checkpoints there; FormatError for a damaged checkpoint.
  explicit Checkpoints(CheckpointOptions options);
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;
  ~Checkpoints();

  const CheckpointOptions& options() const { return options_; }
  /// DIR/checkpoint.safetensors.
  const std::string& path() const { return path_; }

  /// The checkpoint to go on from, for those whose sections are in it; nullptr: begin anew.
  const CheckpointFile* resumed() const { return resumed_ ? &*resumed_ : nullptr; }
  /// Its training goes on: the next one begins anew.
  void resume_ends() { resumed_.reset(); }

  /// Gives a section, its JSON text and tensors, in place of what it was. What the tensors point to
  /// is read by `write`.
  void set_section(const std::string& name, std::string json, std::vector<RawTensor> tensors);
  /// Counts a step; whether a checkpoint is due behind it.
  bool step();
  /// Writes all sections. std::system_error if that fails; the checkpoint before stays.
  void write();
  /// How many were written.
  std::size_t written() const { return written_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Section {
    std::string json;
    std::vector<RawTensor> tensors;
  };
  class FolderLock;

  CheckpointOptions options_;
  std::string path_;
  std::unique_ptr<FolderLock> lock_;
  std::optional<CheckpointFile> resumed_;
  std::map<std::string, Section> sections_;
  Index steps_ = 0;  // since the last one was written, as are these
  Clock::time_point last_ = Clock::now();
  Clock::duration pause_;
  std::size_t written_ = 0;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
