#include "seq2seq_options.hpp"

namespace tapegrad {

console::Manual train_seq2seq_manual() {
  console::Manual manual;
  manual.summary = "train an encoder-decoder Transformer that turns one sequence into another";
  manual.description =
      "Numbers become English words, or words numbers, or any texts what stands beside them in a "
      "file of pairs.\n\n"
      "Without options it learns to write numbers below a million as words and is tested on "
      "numbers "
      "that it has not seen. Results go to standard output, progress and warnings to standard "
      "error. Ctrl-C ends the training and shows what there is.";
  manual.sections = {
      {"Pairs",
       {{"",
         "A source, a tab and its target on each line, .gz and .zip too; - is standard "
         "input."}}}};
  manual.examples = {
      {"train_seq2seq --out words --try 70013",
       "Learns to write numbers as words, saves the model, and asks it."},
      {"train_seq2seq --train pairs.tsv --source-unit char --target-unit char --out spelling",
       "Learns from pairs of one's own, character by character."},
      {"train_seq2seq --model words --try 4096 --beam 4 --show-attention",
       "Asks a saved model, and shows what it looked at."},
      {"train_seq2seq --model spelling --test more.tsv --predictions said.tsv",
       "Tests a saved model, and writes what it says of each source."}};
  manual.files = {
      {"--out DIR",
       "config.json, source.txt, target.txt, model.safetensors; docs/models.md describes them."},
      {"--checkpoint DIR", "checkpoint.safetensors; docs/json.md describes it."},
      {"FILE, DIR",
       "Where options write to: the folder of a FILE has to be there, a DIR is made with those "
       "above it."}};
  manual.see_also = {"train_sentiment", "docs/programs.md", "docs/json.md"};
  manual.less_memory =
      "--batch N and --max-length N lower what a step needs, --d-model D and --feedforward D the "
      "model";
  return manual;
}

}  // namespace tapegrad
