#include "given.hpp"

namespace tapegrad::console {

bool given(const CLI::App& app, const std::string& option) {
  const CLI::Option* const found = app.get_option_no_throw(option);
  return found != nullptr && !found->empty();
}

void refuse(const CLI::App& app, const std::vector<std::string>& options, const std::string& why) {
  for (const std::string& option : options) {
    if (given(app, option)) throw std::invalid_argument(option + ": " + why);
  }
}

std::string naming_option(const CLI::App& app, const std::string& text) {
  const std::string option = "--" + text.substr(0, text.find(": "));
  return app.get_option_no_throw(option) == nullptr ? text : "--" + text;
}

}  // namespace tapegrad::console
