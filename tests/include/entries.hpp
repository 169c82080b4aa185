#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

/// How many files and folders a folder has.
inline std::size_t entries(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                                std::filesystem::directory_iterator()));
}
