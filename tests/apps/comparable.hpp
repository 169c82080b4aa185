// Records of trainings that are compared.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <tapegrad/core/files.hpp>

/// The JSON in this file without what may differ from run to run.
inline std::string comparable(const std::string& file) {
  auto json = nlohmann::ordered_json::parse(tapegrad::read_file(file));
  REQUIRE(json.erase("timing") == 1);
  REQUIRE(json.erase("environment") == 1);
  return json.dump();
}
