// What the readers of all forms of word-vector files share.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tapegrad/text/bytes.hpp>
#include <tapegrad/text/vectors.hpp>
#include <vector>

namespace tapegrad::detail {

/// What may be wrong with an entry of a file: a line, or a word and its numbers in binary.
enum class Flaw {
  shape,    ///< no word and D numbers
  utf8,     ///< the word is not UTF-8
  numbers,  ///< not all numbers are finite ones
};

/// An entry that is malformed; what() says what was expected and what was found.
class BadEntry : public std::runtime_error {
 public:
  BadEntry(Flaw what_kind, const std::string& message)
      : std::runtime_error(message), flaw(what_kind) {}
  Flaw flaw;
};

/// Entries that were left out because of one flaw.
struct FlawCount {
  std::size_t times = 0;
  std::size_t first = 0;  ///< number of the first of them
};
/// The same by Flaw.
using FlawCounts = std::array<FlawCount, 3>;

/// An entry whose numbers are wrong. That is an error only if its vector is used.
struct BadNumbers {
  std::size_t row = 0;     ///< its place among the words of its block
  std::size_t number = 0;  ///< of the entry
  std::string message;
};

/// Some entries in a row. Numbers of entries begin with 1 in each block; VectorReader turns them
/// into those of the file.
struct VectorBlock {
  std::vector<std::string_view> words;  ///< the wanted ones, repeated ones too
  std::vector<Real> values;             ///< [words, D]
  std::vector<BadNumbers> bad;          ///< in the order of their rows
  std::size_t entries = 0;              ///< malformed ones too
  FlawCounts left_out = {};             ///< with Malformed::skip
  std::string error;  ///< what is wrong with the last of the entries; empty: nothing
};

/// Adds a malformed entry, the last of the block so far: its error, or one left out. Whether the
/// block goes on after it.
bool take_bad_entry(VectorBlock& block, const BadEntry& bad, Malformed policy);
/// Throws BadEntry for an empty word and one that is not UTF-8.
void check_word(std::string_view word);

/// Reads one form of files: finds the width, and hands the entries out in order.
class VectorReader {
 public:
  using UseBlock = std::function<void(VectorBlock&)>;

  VectorReader(std::string path, Malformed policy) : path_(std::move(path)), policy_(policy) {}
  VectorReader(const VectorReader&) = delete;
  VectorReader& operator=(const VectorReader&) = delete;
  virtual ~VectorReader() = default;

  const std::string& path() const { return path_; }
  std::size_t width() const { return width_; }
  /// The number of vectors that were handed out, wanted or not.
  std::size_t entries() const { return entries_ - left_out(); }
  /// The number of entries that were left out.
  std::size_t left_out() const;
  Malformed policy() const { return policy_; }

  /// Calls use(block) for all entries, block after block. `wanted` is asked from several threads at
  /// once. With Malformed::strict FormatError for the first entry that is malformed, after `use`
  /// got those before.
  virtual void each_block(const WordFilter& wanted, const UseBlock& use) = 0;
  /// FormatError for an entry.
  [[noreturn]] virtual void fail(std::size_t number, const std::string& message) const = 0;
  /// "line" or "entry", as messages call what is numbered.
  virtual const char* unit() const = 0;
  /// Whether a copy in the cache loads faster, and the file `path` is all it depends on.
  virtual bool cacheable() const { return true; }

  /// An entry is left out.
  void leave_out(Flaw flaw, std::size_t number);
  /// All that was left out and miscounted in one line; empty if there is nothing to tell.
  std::string complaints() const;

 protected:
  /// Hands blocks to `use`, in order.
  void hand_out(std::vector<VectorBlock>& blocks, const UseBlock& use);
  /// A flaw of the file as a whole, at its end: an error, or one more of the complaints.
  void complain(const std::string& message);
  /// Adds to `complaints` what is no error with either policy.
  void mention(const std::string& message);
  /// Compares the number of entries with the one that was announced by `header`.
  void check_count(std::size_t announced, const char* header);

  void set_width(std::size_t width) { width_ = width; }
  /// The number of the last entry handed out.
  std::size_t numbered() const { return numbered_; }
  /// The first entry has the number behind this one.
  void number_behind(std::size_t number) { numbered_ = number; }

 private:
  std::size_t width_ = 0;
  std::size_t numbered_ = 0;
  std::string path_;
  Malformed policy_;
  std::size_t entries_ = 0;
  FlawCounts left_out_ = {};
  std::string complaints_;
};

/// The reader for what `path` holds, told by its content. FormatError if that is none of the forms.
std::unique_ptr<VectorReader> open_vectors(const std::string& path, Malformed policy,
                                           const ReadProgress& progress = {});

}  // namespace tapegrad::detail
