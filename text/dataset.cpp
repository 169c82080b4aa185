#include <tapegrad/text/dataset.hpp>
