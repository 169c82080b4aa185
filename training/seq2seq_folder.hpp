// A trained sequence-to-sequence model as a folder: config.json, source.txt, target.txt (the
// vocabularies, one unit a line) and model.safetensors.
#pragma once

#include <string>
#include <tapegrad/training/seq2seq.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Writes the files into `folder`, as save_model does.
void save_seq2seq(const Seq2SeqModel& model, const std::string& folder);

/// Reads what save_seq2seq wrote. FormatError for files that do not fit each other, are of another
/// kind of model, or that a newer version wrote; std::system_error for one that cannot be read.
Seq2SeqModel load_seq2seq(const std::string& folder);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
