// Colours and bars, on a terminal and elsewhere.
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "program.hpp"

using Catch::Contains;
using Strings = std::vector<std::string>;

namespace {

// What a program says to a terminal that is called so.
std::string said(const Strings& arguments, Running::Errors terminal) {
  return Running("classify", arguments, "", terminal).finish().err;
}

const Strings wrong{"--nonsense"};

}  // namespace

TEST_CASE("errors are coloured on a terminal, and nowhere else") {
  ::unsetenv("NO_COLOR");
  ::unsetenv("CLICOLOR_FORCE");
  CHECK_THAT(said(wrong, Running::Errors::terminal),
             Contains("classify: \033[1m\033[31merror:\033[0m --nonsense"));
  CHECK_THAT(said(wrong, Running::Errors::dumb_terminal), Contains("classify: error: --nonsense"));
  CHECK_THAT(run("classify", wrong).err, Contains("classify: error: --nonsense"));
}

TEST_CASE("NO_COLOR, CLICOLOR_FORCE and --color decide about colours, the last one most") {
  const auto coloured = [](const std::string& text) {
    return text.find('\033') != std::string::npos;
  };
  const Strings never{"--color", "never", "--nonsense"};
  const Strings always{"--color", "always", "--nonsense"};
  ::setenv("NO_COLOR", "1", 1);
  CHECK_FALSE(coloured(said(wrong, Running::Errors::terminal)));
  CHECK(coloured(run("classify", always).err));
  ::setenv("CLICOLOR_FORCE", "1", 1);
  CHECK_FALSE(coloured(run("classify", wrong).err));
  ::unsetenv("NO_COLOR");
  CHECK(coloured(run("classify", wrong).err));
  CHECK_FALSE(coloured(run("classify", never).err));
  ::setenv("CLICOLOR_FORCE", "0", 1);
  CHECK_FALSE(coloured(run("classify", wrong).err));
  ::unsetenv("CLICOLOR_FORCE");
  CHECK_FALSE(coloured(said(never, Running::Errors::terminal)));
  CHECK(coloured(run("padding_gradients", {"--color", "always", "--help"}).out));
  CHECK_FALSE(coloured(run("padding_gradients", {"--help"}).out));
  CHECK(run("classify", {"--color", "blue"}).code == 2);
}

TEST_CASE("a training shows a bar on a terminal, plain lines on a dumb one") {
  const auto bar = [](Running::Errors terminal, const char* wanted) {
    Running training("train_sentiment", {"--seeds", "40"}, "", terminal);
    CHECK(training.shows(wanted));
    training.send(SIGINT);
    const Finished done = training.finish();
    CHECK(done.code == 130);
    return done.err;
  };
  const std::string shown = bar(Running::Errors::terminal, " left  epoch ");
  CHECK_THAT(shown, Contains("\r\033[K[") && Contains(" %, ") && Contains(" of 20, frozen, seed "));
  const std::string plain = bar(Running::Errors::dumb_terminal, "left");
  CHECK(plain.find('\033') == std::string::npos);
  CHECK(plain.find("[.") == std::string::npos);
}
