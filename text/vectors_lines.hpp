// Word vectors as text: a word and its numbers on each line, with or without a line COUNT DIM
// before them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/vectors_reader.hpp>

namespace tapegrad::detail {

class VectorLines final : public VectorReader {
 public:
  /// FormatError if the first lines do not tell the width.
  VectorLines(std::unique_ptr<ByteReader> bytes, Malformed policy);

  void each_block(const WordFilter& wanted, const UseBlock& use) override;
  [[noreturn]] void fail(std::size_t number, const std::string& message) const override;
  const char* unit() const override { return "line"; }

 private:
  void find_width(std::string_view lines);

  ChunkReader reader_;
  std::string_view chunk_;  // what is left of the one that was read last
  std::optional<std::size_t> count_;
};

}  // namespace tapegrad::detail
