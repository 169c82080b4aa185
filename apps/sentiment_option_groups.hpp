// The groups of train_sentiment's options.
#pragma once

#include "sentiment_options.hpp"

namespace tapegrad {

/// Files of texts and vectors, and which words count.
void add_data_options(CLI::App& app, TrainSentimentOptions& options);
/// The network and how its embeddings start.
void add_model_options(CLI::App& app, TrainSentimentOptions& options);
/// Epochs, optimizer, seeds.
void add_training_options(CLI::App& app, TrainSentimentOptions& options);
/// What is written besides the table of results.
void add_output_options(CLI::App& app, TrainSentimentOptions& options);

}  // namespace tapegrad
