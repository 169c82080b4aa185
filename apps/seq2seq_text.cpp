#include "seq2seq_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/format.hpp>

#include "console/progress.hpp"

namespace tapegrad {
namespace {

// The number of characters that a text shows, for columns.
std::size_t width_of(std::string_view text) {
  return split_units(text, Unit::character).size();
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

std::string padded_left(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

}  // namespace

std::string data_text(const PairSplits& pairs, const std::string& from) {
  return fmt::format("pairs:   {}\n         {} to train on, {} dev, {} test\n", from,
                     grouped(pairs.train.size()), grouped(pairs.dev.size()),
                     grouped(pairs.test.size()));
}

std::string setting_text(const Seq2SeqModel& model, const Seq2SeqFitOptions& options) {
  const Seq2SeqConfig& net = model.config;
  return fmt::format(
      "units:   {} to {}\n"
      "model:   Transformer of {} + {} layers, width {}, feed-forward {}, {}, dropout {:g}: "
      "{} values\n"
      "fit:     {}, batches of {}, Adam at {:g} after {}, label smoothing {:g}, "
      "gradients clipped to {:g}; seed {}\n",
      counted(model.source.size() - 2, to_string(net.source_unit)),
      counted(model.target.size() - 4, to_string(net.target_unit)), net.encoder_layers,
      net.decoder_layers, net.d_model, net.dim_feedforward, counted(net.heads, "head"), net.dropout,
      grouped(count_values(model.net).trainable), counted(options.epochs, "epoch"),
      options.batch_size, options.lr, counted(options.warmup, "step"), options.label_smoothing,
      options.clip_norm, options.seed);
}

std::string seq2seq_progress_text(const Progress& progress) {
  return fmt::format("epoch {} of {}, loss {:.3f}, accuracy {:.3f}, {} pairs/s", progress.epoch,
                     progress.epochs, progress.loss, progress.accuracy,
                     grouped(static_cast<std::size_t>(progress.examples_per_second)));
}

std::string fit_text(const EpochsResult& result) {
  if (result.best_epoch == 0) return "trained: no epoch\n";
  const EpochRecord& best = result.epochs[static_cast<std::size_t>(result.best_epoch) - 1];
  return fmt::format(
      "trained: {} in {}, {} pairs/s; best epoch {}: loss {:.4f}, units right {:.4f}, dev "
      "exact match {:.4f}\n",
      counted(result.epochs.size(), "epoch"), console::duration(result.seconds),
      grouped(static_cast<std::size_t>(static_cast<double>(result.examples) /
                                       std::max(result.seconds, 1e-9))),
      result.best_epoch, best.loss, best.train_accuracy, best.dev_accuracy);
}

std::string match_text(const char* use, const PairPredictions& predictions,
                       const DecodeOptions& options) {
  return fmt::format(
      "{:<9}{} of {} right, exact match {:.4f} ({})\n", fmt::format("{}:", use),
      grouped(predictions.right), grouped(predictions.texts.size()), predictions.exact_match,
      options.beam == 1 ? std::string("greedy") : fmt::format("beam of {}", options.beam));
}

std::string predictions_text(const TextPairs& pairs, const PairPredictions& predictions) {
  std::string text = "source\ttarget\tpredicted\n";
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    text += fmt::format("{}\t{}\t{}\n", pairs.sources[i], pairs.targets[i], predictions.texts[i]);
  }
  return text;
}

std::string attention_text(const Seq2SeqModel& model, const std::string& source,
                           const Decoded& decoded) {
  const auto columns = split_units(source, model.config.source_unit);
  IndexArray targets(Shape{1, decoded.ids.size() + 1});
  targets[0] = model.target.id(begin_mark);
  std::copy(decoded.ids.begin(), decoded.ids.end(), targets.data() + 1);
  const EncodedTexts sources = encode_sources(model, {source});
  const Memory memory = model.net.encode(padded_batch(sources, {0}).ids, Context{});
  const Array weights = model.net.cross_attention(targets, memory).value();

  std::vector<std::string> rows;
  for (const Index id : decoded.ids) rows.push_back(model.target.word(id));
  rows.emplace_back(end_mark);
  std::size_t first = 0;
  for (const std::string& row : rows) first = std::max(first, width_of(row));
  std::string text = std::string(first, ' ');
  for (const auto column : columns) text += " " + padded_left(std::string(column), 4);
  text += '\n';
  for (std::size_t t = 0; t < rows.size(); ++t) {
    text += padded(rows[t], first);
    for (std::size_t s = 0; s < columns.size(); ++s) {
      const std::string percent = fmt::format("{:.0f}", 100 * weights(0, t, s));
      text += " " + padded_left(percent, std::max<std::size_t>(4, width_of(columns[s])));
    }
    text += '\n';
  }
  return text;
}

}  // namespace tapegrad
