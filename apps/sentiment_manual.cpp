#include "sentiment_options.hpp"

namespace tapegrad {

console::Manual train_sentiment_manual() {
  console::Manual manual;
  manual.summary =
      "train a text classifier and compare frozen, fine-tuned and random word embeddings";
  manual.description =
      "Each way to use embeddings is trained several times, with different seeds, and chosen by "
      "its "
      "accuracy on dev; the table shows mean and standard deviation on test.\n\n"
      "Without options it trains on the small set of reviews that comes with it. Results go to "
      "standard output, progress and warnings to standard error. Ctrl-C ends the training and "
      "shows "
      "what there is.";
  manual.sections = {
      {"Data files",
       {{"", "Recognized by their content, which the output names; .gz and .zip too."},
        {"LABEL text", "One text a line."},
        {"TSV or CSV", "With or without a header."},
        {"__label__NAME text", "As fastText takes it."},
        {"NAME=FILE,NAME=FILE", "One file a class, one text a line."},
        {"DIR", "One folder a class, one .txt file a text."},
        {"-", "Standard input."}}}};
  manual.examples = {
      {"train_sentiment", "The comparison on the data that comes with it."},
      {"train_sentiment --train train.tsv --dev dev.tsv --test test.tsv --vectors "
       "glove.6B.100d.txt --out model",
       "The same on files of one's own; the best model is saved for classify."},
      {"train_sentiment --train neg=bad.txt,pos=good.txt --vectors glove.6B.100d.txt --folds 5",
       "One file a class, tested by cross-validation."},
      {"train_sentiment --train train.tsv --vectors glove.6B.100d.txt --resume run1",
       "Keeps checkpoints in run1; the same command goes on after an interruption."}};
  manual.files = {
      {"PREFIX/share/tapegrad/", "The reviews and vectors that are used where no file is named."},
      {"--out DIR", "config.json, vocab.txt, model.safetensors; docs/models.md describes them."},
      {"--checkpoint DIR", "checkpoint.safetensors; docs/json.md describes it."},
      {"FILE, DIR",
       "Where options write to: the folder of a FILE has to be there, a DIR is made with those "
       "above it."}};
  manual.see_also = {"classify", "quantize", "docs/programs.md", "docs/json.md"};
  manual.less_memory =
      "--max-vocabulary N and --min-count N make the table smaller, --dim D or narrower vectors "
      "its "
      "rows, --batch N and --max-tokens N what a step needs";
  return manual;
}

}  // namespace tapegrad
