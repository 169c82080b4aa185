// A trained sequence-to-sequence model as a folder: config.json, source.txt, target.txt (the
// vocabularies, one unit a line) and model.safetensors.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/training/seq2seq.hpp>

namespace tapegrad {

/// What config.json says.
struct Seq2SeqFileConfig {
  Seq2SeqConfig net;
  Index source_rows, target_rows;  // entries of the vocabularies
};
/// Reads the text of the file `path`. FormatError as in parse_model_config.
Seq2SeqFileConfig parse_seq2seq_config(std::string_view text, const std::string& path);

inline namespace TAPEGRAD_PRECISION {

/// Writes the files into `folder`, as save_model does.
void save_seq2seq(const Seq2SeqModel& model, const std::string& folder);

/// Reads what save_seq2seq wrote, or another program. Errors and promises as in load_model.
Seq2SeqModel load_seq2seq(const std::string& folder);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
