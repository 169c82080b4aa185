// JSON that comes back to the last bit, or damaged.
#include <bit>
#include <catch2/catch.hpp>
#include <limits>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/json_fields.hpp>

#include <temporary.hpp>

using tapegrad::FormatError;
using tapegrad::JsonField;
using Json = JsonField::Json;

namespace {

// What a function says of a JSON text.
template <class F>
std::string error(const std::string& text, const F& read) {
  return error_of<FormatError>([&] {
    const std::string file = "f";
    const Json json = tapegrad::parse_json(file, "s", text);
    read(JsonField(file, "s", json));
  });
}

}  // namespace

TEST_CASE("numbers come back from JSON to the last bit, those that it has not too") {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const std::string file = "f";
  for (const double x : {0.1, -0.0, 1e-320, 5e-324, 1.7976931348623157e308, 1.0 / 3, 2.0, infinite,
                         -infinite, std::numeric_limits<double>::quiet_NaN()}) {
    const Json json = tapegrad::parse_json(file, "s", tapegrad::exact_json(x).dump());
    const double y = JsonField(file, "s", json).real();
    CHECK(std::bit_cast<std::uint64_t>(y) == std::bit_cast<std::uint64_t>(x));
  }
  for (const std::uint64_t n :
       {std::uint64_t{0}, (std::uint64_t{1} << 53U) + 1, ~std::uint64_t{0}}) {
    const Json json = tapegrad::parse_json(file, "s", Json(n).dump());
    CHECK(JsonField(file, "s", json).count() == n);
  }
}

TEST_CASE("JSON that is not what it should be is an error with its place") {
  const auto count = [](const JsonField& s) { s["a"].at(1).count(); };
  CHECK(error(R"({"a":[1,2]})", count) == "nothing was thrown");
  CHECK(error(R"({"b":[1,2]})", count) == "f: s: a is missing");
  CHECK(error(R"([1,2])", count) == "f: s: expected an object");
  CHECK(error(R"({"a":{}})", count) == "f: s.a: expected a list");
  CHECK(error(R"({"a":[1]})", count) == "f: s.a: has 1 elements, expected more");
  for (const std::string value : {"-1", "1.0", "\"1\"", "null", "[]", "1e300"}) {
    CHECK(error("{\"a\":[0," + value + "]}", count) ==
          "f: s.a[1]: expected a whole number from 0 on");
  }
  const auto integer = [](const JsonField& s) { s.integer(-2, 5); };
  CHECK(error("-2", integer) == "nothing was thrown");
  CHECK(error("6", integer) == "f: s: 6 is not in [-2, 5]");
  CHECK(error("18446744073709551615", integer) == "f: s: expected a whole number");
  CHECK(error("1e300", integer) == "f: s: expected a whole number");
  CHECK(error("\"much\"", [](const JsonField& s) { s.real(); }) == "f: s: expected a number");
  CHECK(error("1", [](const JsonField& s) { s.boolean(); }) == "f: s: expected true or false");
  CHECK(error("{]", count) == "f: s: is no valid JSON: unexpected ']'; expected string literal");
  CHECK(error("1e999", count) == "f: s: is no valid JSON: number overflow parsing '1e999'");
  CHECK(error(std::string(1'000'000, '['), count) == "f: s: is nested deeper than 8");
}
