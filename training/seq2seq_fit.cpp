#include <tapegrad/training/seq2seq_fit.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/clip.hpp>
#include <tapegrad/optim/schedules.hpp>
#include <tapegrad/training/divergence.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// Targets of a batch: what the decoder sees, and what it is to say at each position.
struct Shifted {
  IndexArray seen;    // [B, T]
  IndexArray wanted;  // [B, T]
};

Shifted shifted(const IndexArray& targets) {
  const std::size_t rows = targets.shape()[0];
  const std::size_t columns = targets.shape()[1] - 1;
  Shifted result{IndexArray(Shape{rows, columns}), IndexArray(Shape{rows, columns})};
  for (std::size_t b = 0; b < rows; ++b) {
    const Index* row = targets.data() + b * (columns + 1);
    std::copy_n(row, columns, result.seen.data() + b * columns);
    std::copy_n(row + 1, columns, result.wanted.data() + b * columns);
  }
  return result;
}

// What a model says of the targets of a batch.
struct Forward {
  Tensor logits;      // [B, T, V]
  IndexArray wanted;  // [B, T]
  Tensor loss;
};

StepResult count(const Forward& forward) {
  const std::size_t units = forward.logits.size(2);
  StepResult result{static_cast<double>(forward.loss.item()), 0, 0};
  for (std::size_t i = 0; i < forward.wanted.size(); ++i) {
    const Index wanted = forward.wanted.data()[i];
    if (wanted == Vocabulary::pad) continue;
    const Real* row = forward.logits.value().data() + i * units;
    ++result.items;
    if (std::max_element(row, row + units) - row == wanted) ++result.hits;
  }
  return result;
}

// Pairs as texts of their joint length, by which they are put into batches.
EncodedTexts joint_lengths(const EncodedPairs& pairs) {
  EncodedTexts joint = pairs.targets;
  for (std::size_t i = 0; i < joint.offsets.size(); ++i) {
    joint.offsets[i] += pairs.sources.offsets[i];
  }
  return joint;
}

std::string identity_of(const EncodedPairs& pairs) {
  return tapegrad::identity_of(pairs.sources) + " to " + tapegrad::identity_of(pairs.targets);
}

// In units, the end mark among them.
Index longest_target(const EncodedPairs& pairs) {
  Index longest = 1;
  for (Index n = 0; n < pairs.targets.size(); ++n) {
    longest = std::max(longest, pairs.targets.length(n) - 1);
  }
  return longest;
}

class Seq2SeqTraining final : public EpochTask {
 public:
  Seq2SeqTraining(Seq2SeqModel& model, const TextPairs& train, const TextPairs& dev,
                  const Seq2SeqFitOptions& options)
      : model_(model),
        train_(encode_pairs(model, train)),
        lengths_(joint_lengths(train_)),
        dev_(dev),
        encoded_dev_(encode_pairs(model, dev)),
        options_(options),
        adam_(model.net, {.lr = options.lr, .beta2 = options.beta2}),
        schedule_(schedule()) {
    adam_.set_lr_factor(schedule_(1));
  }

  std::size_t examples() const override { return static_cast<std::size_t>(lengths_.size()); }

  std::vector<std::vector<Index>> batches(Index epoch) override {
    return shuffled_batches(lengths_, options_.batch_size, options_.seed,
                            static_cast<std::uint64_t>(epoch))
        .batches;
  }

  StepResult train_batch(const std::vector<Index>& examples, const StepNumber& number) override {
    const ProfileSpan span("step", Phase::other);
    const auto forward = [&] {
      const Context context{.training = true, .seed = options_.seed, .step = number.step};
      return run(train_, examples, context);
    };
    Tape tape;
    const Forward done = forward();
    Gradients gradients =
        finite_gradients(tape, done.loss, adam_.parameters(), [&] { return forward().loss; });
    if (options_.clip_norm != 0) clip_grad_norm(model_.net, gradients, options_.clip_norm);
    adam_.step(gradients);
    adam_.set_lr_factor(schedule_(static_cast<Index>(number.step) + 2));
    return count(done);
  }

  DevScore evaluate() override {
    double loss = 0;
    std::size_t units = 0;
    for (const auto& examples :
         sequential_batches(encoded_dev_.sources, options_.batch_size).batches) {
      const StepResult batch = count(run(encoded_dev_, examples, Context{}));
      loss += batch.loss * static_cast<double>(batch.items);
      units += batch.items;
    }
    const DecodeOptions no_longer{.max_length = longest_target(encoded_dev_)};  // would be wrong
    return {.accuracy = predict_pairs(model_, dev_, no_longer).exact_match,
            .loss = loss / static_cast<double>(std::max<std::size_t>(1, units))};
  }

  std::vector<NamedParameter> parameters() const override {
    return tapegrad::parameters(model_.net);
  }
  Optimizer& optimizer() override { return adam_; }

  Identity identity() const override {
    const auto number = [](auto value) { return fmt::format("{}", value); };
    const Seq2SeqConfig& net = model_.config;
    return {{"source-unit", to_string(net.source_unit)},
            {"target-unit", to_string(net.target_unit)},
            {"d-model", number(net.d_model)},
            {"feedforward", number(net.dim_feedforward)},
            {"heads", number(net.heads)},
            {"encoder-layers", number(net.encoder_layers)},
            {"decoder-layers", number(net.decoder_layers)},
            {"dropout", number(net.dropout)},
            {"max-length", number(net.max_length)},
            {"epochs", number(options_.epochs)},
            {"patience", number(options_.patience)},
            {"batch", number(options_.batch_size)},
            {"lr", number(options_.lr)},
            {"warmup", number(options_.warmup)},
            {"beta2", number(options_.beta2)},
            {"label-smoothing", number(options_.label_smoothing)},
            {"clip-norm", number(options_.clip_norm)},
            {"seed", number(options_.seed)},
            {"train", identity_of(train_)},
            {"dev", identity_of(encoded_dev_)}};
  }

 private:
  Forward run(const EncodedPairs& pairs, const std::vector<Index>& examples,
              const Context& context) const {
    Shifted targets = shifted(padded_batch(pairs.targets, examples).ids);
    const IndexArray sources = padded_batch(pairs.sources, examples).ids;
    const Seq2SeqNet& net = model_.net;
    const Tensor logits = net.out(net.decode(targets.seen, net.encode(sources, context), context));
    const Tensor loss = cross_entropy(
        logits, targets.wanted,
        {.ignore_index = Vocabulary::pad, .label_smoothing = options_.label_smoothing});
    return {logits, std::move(targets.wanted), loss};
  }

  // Of the step, from 1.
  LinearWarmupDecay schedule() const {
    const Index batches = (lengths_.size() - 1) / options_.batch_size + 1;
    const Index steps = options_.epochs * batches;
    return {.warmup_steps = std::min(options_.warmup, steps / 10), .total_steps = steps + 1};
  }

  Seq2SeqModel& model_;
  EncodedPairs train_;
  EncodedTexts lengths_;
  const TextPairs& dev_;
  EncodedPairs encoded_dev_;
  const Seq2SeqFitOptions& options_;
  Adam adam_;
  LinearWarmupDecay schedule_;
};

}  // namespace

EpochsResult fit_seq2seq(Seq2SeqModel& model, const TextPairs& train, const TextPairs& dev,
                         const Seq2SeqFitOptions& options) {
  Seq2SeqTraining training(model, train, dev, options);
  return run_epochs(training, options);
}

PairPredictions predict_pairs(const Seq2SeqModel& model, const TextPairs& pairs,
                              const DecodeOptions& options) {
  const ProfileSpan span("evaluation", Phase::other);
  PairPredictions result;
  const auto decoded = decode(model, encode_sources(model, pairs.sources), options);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    result.texts.push_back(text_of(model, decoded[i]));
    std::vector<std::string> units;
    for (const auto unit : split_units(pairs.targets[i], model.config.target_unit)) {
      units.emplace_back(unit);
    }
    if (result.texts[i] == join_units(units, model.config.target_unit)) ++result.right;
  }
  result.exact_match = pairs.size() == 0
                           ? std::numeric_limits<double>::quiet_NaN()
                           : static_cast<double>(result.right) / static_cast<double>(pairs.size());
  return result;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
