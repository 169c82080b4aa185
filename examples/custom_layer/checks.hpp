// The checks of this project. Each returns "" when all is well, else what is wrong.
#pragma once

#include <string>

namespace custom {

/// States and gradients are those of torch.nn.GRU with packed sequences.
std::string check_pytorch();

}  // namespace custom
