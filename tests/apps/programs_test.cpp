// What holds for every program: its help page, silence, exit codes.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include <lines.hpp>
#include "programs.hpp"

using Catch::Contains;
using Strings = std::vector<std::string>;

namespace {

// The number of characters of the widest line, without commands of examples, which cannot be
// broken.
std::size_t width(const std::string& page) {
  std::size_t most = 0;
  bool examples = false;
  for (const std::string& line : lines_of(page)) {
    if (!line.empty() && line[0] != ' ') examples = line == "Examples:";
    const bool command = examples && line.rfind("  ", 0) == 0 && line.rfind("   ", 0) != 0;
    if (!command && line.find('|') == std::string::npos) most = std::max(most, line.size());
  }
  return most;
}

// The commands below "Examples:".
Strings examples(const std::string& page) {
  Strings commands;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    if (!line.empty() && line[0] != ' ') inside = line == "Examples:";
    const bool command = line.rfind("  ", 0) == 0 && line.rfind("   ", 0) != 0;
    if (inside && command) commands.push_back(line.substr(2));
  }
  return commands;
}

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    const char* const before = std::getenv(name);
    if (before != nullptr) before_ = before;
    if (value == nullptr) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value, 1);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    if (before_.empty()) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, before_.c_str(), 1);
    }
  }

 private:
  const char* name_;
  std::string before_;
};

}  // namespace

TEST_CASE("every program has a help page of one layout, as wide as it is told") {
  for (const std::string& program : programs()) {
    INFO(program);
    const Environment none("COLUMNS", nullptr);
    const Finished help = run(program, {"--help"});
    CHECK(help.code == 0);
    CHECK(help.err.empty());
    CHECK(help.out.rfind("Usage: " + program + " [OPTION...]", 0) == 0);
    for (const char* part :
         {"\nGeneral:\n", "  -h, --help", "  --version", "  --color auto|always|never",
          "  --completion bash|zsh|fish", "  --man ", "  --quiet ", "\nExamples:\n",
          "\nExit codes:\n  0    Done.\n  1    ", "\n  2    Wrong usage", "\n  130  Interrupted",
          "\nMore: man "}) {
      CHECK_THAT(help.out, Contains(part));
    }
    CHECK(width(help.out) <= 80);
    CHECK(help.out.find('\033') == std::string::npos);
    CHECK(run(program, {"-h"}).out == help.out);
    const Environment narrow("COLUMNS", "50");
    CHECK(width(run(program, {"--help"}).out) <= 50);
  }
}

TEST_CASE("the pages that --help points to are there, and it says where") {
  for (const std::string& program : programs()) {
    const std::string help = run(program, {"--help"}).out;
    const std::regex page("docs/[a-z_]+\\.md");
    const std::sregex_iterator begin(help.begin(), help.end(), page), end;
    CHECK(begin != end);
    for (auto found = begin; found != end; ++found) {
      CHECK(std::filesystem::exists(TAPEGRAD_SOURCE_DIR "/" + found->str()));
    }
    CHECK_THAT(help, Contains("share/doc/tapegrad"));
  }
}

TEST_CASE("every program tells its version") {
  for (const std::string& program : programs()) {
    const Finished version = run(program, {"--version"});
    CHECK(version.code == 0);
    CHECK_THAT(version.out, Contains("tapegrad 0.") && Contains("kernels\n"));
  }
}

TEST_CASE("every program shows two to four examples, which work") {
  const MadeUp files;
  const std::string folder = files.directory / ".";
  const auto shell = [&](const std::string& command) {
    return std::system(("cd '" + folder + "' && PATH='" + TAPEGRAD_BIN_DIR + "':\"$PATH\" && ( " +
                        command + " ) > said.txt 2> wrong.txt < /dev/null")
                           .c_str());
  };
  REQUIRE(shell("sed 's/ /\\t/; s/$/ bad good/' train.txt > train.tsv && "
                "sed 's/ /\\t/' dev.txt > dev.tsv && sed 's/ /\\t/' test.txt > test.tsv && "
                "cp vectors.txt glove.6B.100d.txt && grep ^bad train.txt > bad.txt && "
                "grep ^good train.txt > good.txt && cut -d' ' -f2- test.txt > reviews.txt && "
                "gzip -c reviews.txt > reviews.gz && "
                "printf '%s 1 %s 2 3\n' frog 1 lizard 2 man 3 king 4 woman 5 queen 6 bad 7 good 8 "
                ">> glove.6B.100d.txt && "
                "printf '%s\t%s\t%s\n' frog lizard 9 man king 5 man frog 1 > wordsim353.tsv && "
                "printf ': family\nman king woman queen\n' > questions-words.txt && "
                "for i in 1 2 3 4 5 6 7 8 9; do echo \"number $i\t$i\"; done > pairs.tsv && "
                "cp pairs.tsv more.tsv") == 0);
  for (const std::string& program : programs()) {
    const Strings commands = examples(run(program, {"--help"}).out);
    CHECK((commands.size() >= 2 && commands.size() <= 4));
    for (std::string command : commands) {
      INFO(command);
      CHECK_THAT(command, Contains(program));
      // The examples of a program use what those before have made. Trainings are cut short.
      if (command == "train_sentiment") command += " --seeds 1";
      if (program.rfind("train_", 0) == 0 && command.find(" --model ") == std::string::npos) {
        command += " --epochs 1 --quiet";
      }
      if (command.find("--out words") != std::string::npos) command += " --below 500";
      const int status = shell(command);
      INFO(tapegrad::read_file(files.directory / "wrong.txt"));
      CHECK(status == 0);
      const bool into_file = command.find("--embed ") != std::string::npos;
      CHECK(tapegrad::read_file(files.directory / "said.txt").empty() == into_file);
    }
  }
}

TEST_CASE("with --quiet every program says nothing but results") {
  const SmallRuns small;
  for (const std::string& program : programs()) {
    INFO(program);
    const Finished loud = run(program, small.arguments(program));
    CHECK(loud.code == 0);
    Strings quiet = small.arguments(program);
    quiet.emplace_back("--quiet");
    const Finished done = run(program, quiet);
    CHECK(done.code == 0);
    CHECK(done.err.empty());
    CHECK_FALSE(done.out.empty());
    CHECK(done.out.size() <= loud.out.size());
    for (const char* note : {"words:", "model:", "padding:", " texts ", "pairs:"}) {
      CHECK_THAT(done.out, !Contains(note));
    }
  }
}

TEST_CASE("where there is --json FILE, - is standard output and nothing else is there") {
  const SmallRuns small;
  for (const std::string& program : programs()) {
    if (run(program, {"--help"}).out.find("  --json FILE") == std::string::npos) continue;
    INFO(program);
    Strings arguments = small.arguments(program);
    arguments.insert(arguments.end(), {"--json", "-"});
    const Finished done = run(program, arguments);
    CHECK(done.code == 0);
    CHECK(nlohmann::json::parse(done.out)["format_version"] == 1);
    arguments.back() = small.files.directory / "record.json";
    const Finished file = run(program, arguments);
    CHECK(file.out.find('{') == std::string::npos);
    const auto record = nlohmann::json::parse(tapegrad::read_file(arguments.back()));
    CHECK(record["format_version"] == 1);
  }
}

TEST_CASE("every program refuses an option that it does not know, and says which one is meant") {
  for (const std::string& program : programs()) {
    const Finished wrong = run(program, {"--quite"});
    CHECK(wrong.code == 2);
    CHECK(wrong.out.empty());
    CHECK(wrong.err == program + ": error: --quite: unknown option\n" + program +
                           ": hint: did you mean --quiet?\n");
  }
}

TEST_CASE("every option that counts something takes whole numbers that fit, and no others") {
  std::size_t options = 0;
  for (const std::string& program : programs()) {
    for (const std::string& line : lines_of(run(program, {"--help"}).out)) {
      std::istringstream words(line);
      std::string name, value;
      words >> name >> value;
      if (name.rfind("--", 0) != 0 ||
          (value != "N" && value != "K" && value != "D" && value != "N,...")) {
        continue;
      }
      ++options;
      for (const std::string wrong : {"1.5", "99999999999999999999"}) {
        const Finished done = run(program, {name, wrong});
        CHECK(done.code == 2);
        CHECK_THAT(done.err, Contains(name + ": \"" + wrong + "\" is not a whole number"));
      }
    }
  }
  CHECK(options > 30);
}

TEST_CASE("every program ends with 1 where standard output is full") {
  const SmallRuns small;
  for (const std::string& program : programs()) {
    std::string command = std::string(TAPEGRAD_BIN_DIR) + "/" + program;
    for (const std::string& argument : small.arguments(program)) command += " '" + argument + "'";
    const int status = std::system((command + " > /dev/full 2> /dev/null").c_str());
    INFO(program);
    CHECK(WEXITSTATUS(status) == 1);
    CHECK(WEXITSTATUS(std::system(
              (std::string(TAPEGRAD_BIN_DIR) + "/" + program + " --help > /dev/full 2> /dev/null")
                  .c_str())) == 1);
  }
}

TEST_CASE("the codes of --help are those of docs/programs.md") {
  const std::string page = tapegrad::read_file(TAPEGRAD_SOURCE_DIR "/docs/programs.md");
  for (const char* code : {"| 0 |", "| 1 |", "| 2 |", "| 130 |"}) CHECK_THAT(page, Contains(code));
  for (const std::string& program : programs()) CHECK_THAT(page, Contains("## " + program + "\n"));
}
