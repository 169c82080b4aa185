// What train_seq2seq says.
#pragma once

#include <string>
#include <tapegrad/training/pair_splits.hpp>
#include <tapegrad/training/seq2seq_fit.hpp>

namespace tapegrad {

/// Where the pairs come from and how many there are.
std::string data_text(const PairSplits& pairs, const std::string& from);
/// The model and its training.
std::string setting_text(const Seq2SeqModel& model, const Seq2SeqFitOptions& options);
/// Progress, as that of train_sentiment.
std::string seq2seq_progress_text(const Progress& progress);
/// The epochs in one line, without the exact match on test.
std::string fit_text(const EpochsResult& result);
/// "test: 998 of 1,000 right, exact match .9980 (greedy)"
std::string match_text(const char* use, const PairPredictions& predictions,
                       const DecodeOptions& options);
/// TSV with header: source, target, predicted.
std::string predictions_text(const TextPairs& pairs, const PairPredictions& predictions);
/// Each unit of what was written, the end mark last, and which share of its attention each unit of
/// the source has, in percent.
std::string attention_text(const Seq2SeqModel& model, const std::string& source,
                           const Decoded& decoded);

}  // namespace tapegrad
