// A training of train_seq2seq as JSON; docs/json.md describes it.
#pragma once

#include <string>
#include <tapegrad/training/pair_splits.hpp>
#include <tapegrad/training/seq2seq_fit.hpp>

namespace tapegrad {

/// `from` says where the pairs come from.
std::string to_json(const std::string& from, const PairSplits& pairs, const Seq2SeqModel& model,
                    const Seq2SeqFitOptions& options, const EpochsResult& result,
                    const DecodeOptions& decode, const PairPredictions& test);

}  // namespace tapegrad
