#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/experiment.hpp>
#include <tapegrad/training/experiment_json.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::Corpus;
using tapegrad::embedding_choice;
using tapegrad::ExperimentOptions;
using tapegrad::ExperimentResult;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::run_experiment;
using tapegrad::WordVectors;
using Json = nlohmann::ordered_json;

namespace {

const tiny::Labelled some_train = {{"bad", "a dull film"},   {"good", "a fine film"},
                                   {"bad", "dull and poor"}, {"good", "fine and nice"},
                                   {"bad", "so poor"},       {"good", "so nice"}};
const tiny::Labelled some_dev = {{"bad", "dull"}, {"good", "nice film"}, {"bad", "fine but poor"}};
const tiny::Labelled some_test = {{"bad", "poor"}, {"good", "fine"}};

WordVectors some_vectors() {
  return {{"dull", "fine", "film", "nice", "poor"}, tiny::table(5, 4)};
}

ExperimentOptions options_of(const std::vector<std::string>& embeddings, Index seeds = 1) {
  ExperimentOptions options;
  for (const auto& name : embeddings) options.embeddings.push_back(embedding_choice(name));
  options.seeds = seeds;
  options.width = 4;
  options.fit.epochs = 2;
  options.fit.batch_size = 2;
  return options;
}

ExperimentResult random_of(const Corpus& corpus, ModelKind kind = ModelKind::bag) {
  ExperimentOptions options = options_of({"random"});
  options.classifier.kind = kind;
  return run_experiment(corpus, {}, options);
}

tapegrad::Run run_of(std::size_t fold, double dev, double test) {
  tapegrad::Run run;
  run.fold = fold;
  run.fit.best_dev_accuracy = dev;
  run.test = {2, test, test / 2};
  return run;
}

}  // namespace

TEST_CASE("embeddings are chosen by name") {
  CHECK((embedding_choice("frozen").pretrained && embedding_choice("frozen").frozen));
  CHECK((embedding_choice("finetune").pretrained && !embedding_choice("finetune").frozen));
  CHECK((!embedding_choice("random").pretrained && !embedding_choice("random").frozen));
  const auto thaw = embedding_choice("thaw:12");
  CHECK(thaw.name == "thaw:12");
  CHECK((thaw.pretrained && !thaw.frozen));
  CHECK(thaw.thaw_after == 12);
  const auto forever = embedding_choice("newwords"), later = embedding_choice("newwords:3");
  CHECK((forever.pretrained && !forever.frozen && forever.new_words && forever.thaw_after == 0));
  CHECK((later.pretrained && !later.frozen && later.new_words && later.thaw_after == 3));
  CHECK(later.name == "newwords:3");
}

TEST_CASE("a name of embeddings that is unknown is an error with those that are known") {
  for (const std::string name :
       {"", "Frozen", "thaw", "thaw:", "thaw:0", "thaw:-1", "thaw:x", "thaw:2x", "frozen ",
        "newwords:", "newwords:0", "newword", "newwords2", "random:3"}) {
    CHECK(error_of<std::invalid_argument>([&] { embedding_choice(name); }) ==
          "embeddings: \"" + name +
              "\" is not one of frozen, finetune, random, thaw:N (N epochs frozen), newwords, "
              "newwords:N");
  }
}

TEST_CASE("figures of one split are means and deviations over its seeds") {
  tapegrad::RunGroup group;
  for (const double x : {0.5, 0.75, 1.0}) group.runs.push_back(run_of(0, x, x / 2));
  CHECK(group.dev_accuracy().mean == 0.75);
  CHECK(group.dev_accuracy().sd == Approx(0.25));
  CHECK(group.test_accuracy().sd == Approx(0.125));
  CHECK(group.test_macro_f1().mean == Approx(0.1875));
}

TEST_CASE("figures of folds are means and deviations over the folds' means") {
  tapegrad::RunGroup group;
  // The folds' means over two seeds are 0.5 and 0.8: deviation 0.3 / sqrt(2).
  for (const double x : {0.25, 0.75}) group.runs.push_back(run_of(0, 1, x));
  for (const double x : {0.7, 0.9}) group.runs.push_back(run_of(1, 1, x));
  CHECK(group.test_accuracy().mean == Approx(0.65));
  CHECK(group.test_accuracy().sd == Approx(0.3 / std::sqrt(2)));
  CHECK(group.dev_accuracy().sd == 0);
}

TEST_CASE("each choice is run with each seed on each fold, and told before") {
  const Corpus corpus = tiny::corpus(some_train, some_dev);
  ExperimentOptions options = options_of({"frozen", "random"}, 2);
  options.folds = 3;
  options.seed = 5;
  std::vector<std::string> names;
  const auto result =
      run_experiment(corpus, some_vectors(), options,
                     [&](const auto&, const std::string& name) { names.push_back(name); });
  CHECK(result.folds == 3);
  REQUIRE(result.groups.size() == 2);
  CHECK(result.groups[0].runs.size() == 6);
  REQUIRE(names.size() == 12);
  CHECK(names[0] == "frozen, seed 5, fold 1 of 3");
  CHECK(names[3] == "random, seed 6, fold 1 of 3");
  CHECK(names[11] == "random, seed 6, fold 3 of 3");
  CHECK(result.groups[1].runs[5].seed == 6);
  CHECK(result.groups[1].runs[5].fold == 2);
}

TEST_CASE("the best model is the first of the runs with the best dev accuracy, and it is whole") {
  const Corpus corpus = tiny::corpus(some_train, some_dev, some_test);
  const auto result =
      run_experiment(corpus, some_vectors(), options_of({"frozen", "finetune", "random"}, 3));
  double best = 0;
  std::string name;
  for (const auto& group : result.groups) {
    for (const auto& run : group.runs) {
      if (run.fit.best_dev_accuracy <= best) continue;
      best = run.fit.best_dev_accuracy;
      name = group.embeddings.name + ", seed " + std::to_string(run.seed);
    }
  }
  CHECK(result.best_name == name);
  REQUIRE(result.best);
  CHECK(result.best->labels == std::vector<std::string>{"bad", "good"});
  CHECK(result.best_predictions.texts == std::vector<Index>{9, 10});
  CHECK(result.best_predictions.labels == std::vector<Index>{0, 1});
  const tapegrad::Tokenizer tokenizer(result.best->rules);
  const auto texts = encode({"poor", "fine"}, tokenizer, result.best->vocabulary);
  CHECK(same(predict(result.best->net, texts).probabilities,
             result.best_predictions.predictions.probabilities));
}

TEST_CASE(
    "frozen values are counted as such, and a fine-tuned table as trainable but for padding") {
  const Corpus corpus = tiny::corpus(some_train, some_dev, some_test);
  const auto result =
      run_experiment(corpus, some_vectors(), options_of({"frozen", "finetune", "thaw:1"}));
  const auto table = static_cast<std::size_t>(result.vocabulary_size) * 4;
  constexpr std::size_t linear = 4 * 2 + 2;
  CHECK(result.groups[0].values.trainable == linear);
  CHECK(result.groups[0].values.frozen == table);
  for (const std::size_t group : {1U, 2U}) {
    CHECK(result.groups[group].values.trainable == table - 4 + linear);
    CHECK(result.groups[group].values.frozen == 4);
  }
  CHECK(result.groups[0].runs[0].fit.padding.steps == 0);
  CHECK(result.groups[1].runs[0].fit.padding.steps == 6);
  CHECK(result.groups[2].runs[0].fit.padding.steps == 3);
}

TEST_CASE("with newwords the words that have a vector stay and the others are trained") {
  // dull, fine, film, nice and poor have vectors; a, and, so, but have none; but is not in train.
  const Corpus corpus = tiny::corpus(some_train, some_dev, some_test);
  const WordVectors vectors = some_vectors();
  ExperimentOptions options = options_of({"newwords", "newwords:1", "newwords:2"});
  options.missing = tapegrad::Missing::zeros;
  const auto result = run_experiment(corpus, vectors, options);
  const auto table = static_cast<std::size_t>(result.vocabulary_size) * 4;
  constexpr std::size_t linear = 4 * 2 + 2;
  CHECK(result.groups[0].values.frozen == 4 + 5 * 4);
  CHECK(result.groups[0].values.trainable == table - 24 + linear);
  CHECK(result.groups[1].values.trainable == table - 4 + linear);
  for (const std::string name : {"newwords", "newwords:1", "newwords:2"}) {
    options.embeddings = {embedding_choice(name)};
    const auto one = run_experiment(corpus, vectors, options);
    const auto& model = *one.best;
    const bool thawed = name == "newwords:1" && one.groups[0].runs[0].fit.best_epoch == 2;
    for (std::size_t i = 0; i < vectors.words.size(); ++i) {
      const auto row = static_cast<std::size_t>(*model.vocabulary.find(vectors.words[i]));
      const auto* at = model.net.table().value().data() + row * 4;
      CHECK(std::equal(at, at + 4, vectors.values.data() + i * 4) != thawed);
    }
    for (const char* word : {"a", "and", "so"}) {
      const auto row = static_cast<std::size_t>(*model.vocabulary.find(word));
      CHECK(model.net.table().value()(row, 0) != 0);
    }
  }
}

TEST_CASE("pretrained tables hold the vectors, random ones do not") {
  const Corpus corpus = tiny::corpus(some_train, some_dev, some_test);
  const WordVectors vectors = some_vectors();
  for (const std::string name : {"frozen", "random"}) {
    ExperimentOptions options = options_of({name});
    options.lr = 1e-9;
    const auto result = run_experiment(corpus, vectors, options);
    const auto& model = *result.best;
    const auto row = static_cast<std::size_t>(*model.vocabulary.find("film"));
    const auto* start = model.net.table().value().data() + row * 4;
    CHECK(std::equal(start, start + 4, vectors.values.data() + 2 * 4) == (name == "frozen"));
    CHECK(result.coverage.types_found == 5);
    CHECK(result.width == 4);
  }
}

TEST_CASE("a label seen only in test can be tested, and is never right") {
  const Corpus corpus = tiny::corpus(some_train, some_dev, {{"odd", "fine"}, {"odd", "poor film"}});
  const auto result = random_of(corpus);
  CHECK(result.groups[0].runs[0].test.accuracy == 0);
  CHECK(result.best->labels.size() == 2);
  CHECK(result.best_predictions.labels == std::vector<Index>{2, 2});
  CHECK(result.best_predictions.predictions.probabilities.shape() == tapegrad::Shape{2, 2});
}

TEST_CASE("a label seen only in dev can be there too") {
  const Corpus corpus = tiny::corpus(some_train, {{"odd", "fine"}}, some_test);
  CHECK(random_of(corpus).groups[0].runs[0].fit.best_dev_accuracy == 0);
}

TEST_CASE("one class only is learnt at once") {
  for (const ModelKind kind : tiny::kinds) {
    const auto result =
        random_of(tiny::corpus({{"good", "fine"}, {"good", "nice"}}, {{"good", "fine"}},
                               {{"good", "nice"}, {"good", ""}}),
                  kind);
    const auto& run = result.groups[0].runs[0];
    CHECK(run.fit.epochs[0].loss == Approx(0).margin(1e-6));
    CHECK(run.test.accuracy == 1);
    CHECK(run.test.macro_f1 == 1);
    CHECK(result.best_predictions.predictions.probabilities(0, 0) == 1);
  }
}

TEST_CASE("a vocabulary of one word trains") {
  for (const ModelKind kind : tiny::kinds) {
    const auto result = random_of(
        tiny::corpus({{"bad", "x"}, {"good", "x x"}}, {{"bad", "x"}}, {{"good", "y"}}), kind);
    CHECK(result.vocabulary_size == 3);
    CHECK(std::isfinite(result.groups[0].runs[0].fit.epochs.back().loss));
  }
}

TEST_CASE("empty texts, and no words at all, train the biases only") {
  for (const ModelKind kind : tiny::kinds) {
    const auto result = random_of(
        tiny::corpus({{"bad", ""}, {"good", " "}, {"bad", ""}}, {{"bad", ""}}, {{"bad", ""}}),
        kind);
    CHECK(result.vocabulary_size == 2);
    CHECK(result.groups[0].runs[0].fit.epochs.size() == 2);
    CHECK(std::isfinite(result.groups[0].runs[0].fit.epochs.back().loss));
  }
}

TEST_CASE("a text of literal padding marks is made of unknown words") {
  const auto corpus = tiny::corpus({{"bad", "<pad> <pad>"}, {"good", "fine"}}, {{"good", "fine"}},
                                   {{"bad", "<pad>"}}, {.whitespace_only = true});
  const auto result = run_experiment(corpus, {}, options_of({"random"}));
  CHECK(result.groups[0].runs[0].fit.padding.padding_steps == 0);
  CHECK(result.groups[0].runs[0].fit.padding.norm_after == 0);
}

TEST_CASE("a table too large for memory is refused with the sum, before it is made") {
  const Corpus corpus =
      tiny::corpus({{"bad", "a"}, {"good", "b"}}, {{"bad", "a"}}, {{"good", "b"}});
  ExperimentOptions options = options_of({"random"});
  options.width = 1'000'000'000'000;
  // 4 rows (two words, padding, unknown) of 1e12 values of 4 bytes, three times: 48e12 bytes.
  const auto run = [&] { run_experiment(corpus, {}, options); };
  CHECK_THAT(error_of<std::runtime_error>(run),
             Catch::StartsWith("training: a table of 4 x 1000000000000 values needs 48,000.0 GB "
                               "(V · D · 4 bytes · 3, with the optimizer's moments), "));
}

TEST_CASE("pretrained embeddings without a vector are an error, random ones are not") {
  const Corpus corpus = tiny::corpus(some_train, some_dev, some_test);
  CHECK_THROWS_WITH(run_experiment(corpus, {}, options_of({"random", "finetune"})),
                    "embeddings: finetune needs word vectors, and none of the words has one");
  CHECK_THROWS_WITH(run_experiment(corpus, {}, options_of({})), "embeddings: none are given");
  CHECK_THROWS_WITH(run_experiment(corpus, {}, options_of({"random"}, 0)), "seeds: 0 is below 1");
}

TEST_CASE("optimizers are chosen by name") {
  const auto model = tiny::classifier(ModelKind::bag);
  for (const char* name : {"adam", "adamw", "sgd", "adagrad", "rmsprop"}) {
    const auto optimizer =
        tapegrad::make_optimizer(name, model, 0.25, 0.1, tapegrad::RowPolicy::lazy);
    CHECK(optimizer->lr() == 0.25);
    CHECK(optimizer->parameters().size() == 3);
  }
  CHECK_THROWS_WITH(tapegrad::make_optimizer("rprop", model, 1, 0, tapegrad::RowPolicy::lazy),
                    "optimizer: \"rprop\" is not one of adam, adamw, sgd, adagrad, rmsprop");
}

TEST_CASE("a cancelled experiment returns what there is") {
  const Corpus corpus = tiny::corpus(some_train, some_dev, some_test);
  ExperimentOptions options = options_of({"frozen", "random"}, 2);
  std::size_t batches = 0;
  options.fit.cancelled = [&] { return ++batches == 7; };  // the first batch of the second run
  const auto result = run_experiment(corpus, some_vectors(), options);
  CHECK(result.cancelled);
  CHECK(result.groups[0].runs.size() == 1);  // the second has no epoch
  CHECK(result.groups[1].runs.empty());
  REQUIRE(result.best);
  CHECK(result.best_name == "frozen, seed 1");
  const Json json = Json::parse(to_json(corpus, options, result));
  CHECK(json.at("cancelled") == true);
  CHECK(json.at("runs").at(1).at("test").at("accuracy").at("mean").is_null());
}
