#include "training.hpp"

#include <tapegrad/optim/adam.hpp>
#include <tapegrad/training/fit.hpp>
#include <tiny.hpp>

namespace tg = tapegrad;

namespace fuzz {

void train(const tg::CheckpointOptions& options) {
  tg::Checkpoints checkpoints(options);
  tg::TextClassifier model = tiny::classifier(tg::ModelKind::bag, tiny::words, 2);
  tg::Adam adam(model, {.lr = 0.05});
  tg::FitOptions fit_options;
  fit_options.epochs = 2;
  fit_options.batch_size = 4;
  fit_options.checkpoints = &checkpoints;
  static const tg::LabelledTexts train = tiny::problem(12, 1);
  static const tg::LabelledTexts dev = tiny::problem(4, 2);
  tg::fit(model, adam, train, dev, fit_options);
}

}  // namespace fuzz
