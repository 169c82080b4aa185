// Weights of the classes in the loss, as a user gives them.
#pragma once

#include <string>
#include <tapegrad/training/splits.hpp>
#include <vector>

namespace tapegrad {

/// "" gives none; "balanced" gives each class N / (C * its training texts); "LABEL=WEIGHT,..."
/// gives these and 1 to the labels left out. std::invalid_argument for an unknown label, or a
/// weight that is no number above 0.
std::vector<double> parse_class_weights(const std::string& text, const Corpus& corpus);

}  // namespace tapegrad
