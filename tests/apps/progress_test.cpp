// The bar and the times of a program that takes long.
#include <catch2/catch.hpp>
#include <cmath>

#include "console/progress.hpp"

using namespace tapegrad::console;

TEST_CASE("a duration is told in seconds, minutes and hours") {
  CHECK(duration(0.4) == "0 s");
  CHECK(duration(59.4) == "59 s");
  CHECK(duration(59.6) == "1:00");
  CHECK(duration(205) == "3:25");
  CHECK(duration(3722) == "1:02:02");
  CHECK(duration(-1) == "0 s");
}

TEST_CASE("the time left is judged by the share done, once there is something to judge by") {
  CHECK(seconds_left(10, 0.25).value() == Approx(30));
  CHECK(seconds_left(10, 1).value() == Approx(0));
  CHECK_FALSE(seconds_left(10, 0));
  CHECK_FALSE(seconds_left(10, 1.5));
  CHECK_FALSE(seconds_left(10, std::nan("")));
  CHECK_FALSE(seconds_left(0.1, 0.5));
}

TEST_CASE("a bar is as full as the share says, whatever the share is") {
  CHECK(bar_text(0, {}, "reading", 80) == "[..........]   0 %  reading");
  CHECK(bar_text(0.25, 12, "reading", 80) == "[###.......]  25 %, 12 s left  reading");
  CHECK(bar_text(1, 0, "reading", 80) == "[##########] 100 %, 0 s left  reading");
  CHECK(bar_text(7, {}, "", 80) == "[##########] 100 %  ");
  CHECK(bar_text(std::nan(""), {}, "", 80) == "[..........]   0 %  ");
}

TEST_CASE("a bar ends one column before the end of the line, and no number in it is cut") {
  const std::string text = "epoch 1067 of 3000, finetune, seed 3 (8 of 15), loss 0.061";
  const auto bar = [&](std::size_t columns) { return bar_text(0.25, 3750, text, columns); };
  const std::string head = "[###.......]  25 %, 1:02:30 left";
  CHECK(bar(200) == head + "  " + text);
  CHECK(bar(head.size() + 2 + text.size()) ==
        head + "  epoch 1067 of 3000, finetune, seed 3 (8 of 15)");
  CHECK(bar(80) == head + "  epoch 1067 of 3000, finetune");
  CHECK(bar(52) == head);
  CHECK(bar(head.size()) == "[###.......]  25 %");
  CHECK(bar_text(0.5, {}, "äöüß", 25) == "[#####.....]  50 %  äöüß");
  CHECK(bar_text(0.5, {}, "äöüß", 24) == "[#####.....]  50 %");
  CHECK(bar_text(0.5, {}, "x", 1) == "[");
  CHECK(bar_text(0.5, {}, "x", 0) == "[");
}

TEST_CASE("a plain line has the share done and the time left beside each other") {
  CHECK(plain_text(0.25, 12, "reading glove.txt, 25 of 100 MB") ==
        "reading glove.txt, 25 of 100 MB (25 % done, 12 s left)");
  CHECK(plain_text(0, {}, "testing") == "testing (0 % done)");
}
