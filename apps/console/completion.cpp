#include "completion.hpp"

#include <fmt/format.h>

#include <functional>
#include <stdexcept>

#include "options.hpp"

namespace tapegrad::console {
namespace {

using Entries = std::vector<OptionEntry>;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// Names of the options that hold, joined.
std::string names(const Entries& entries, const char* between,
                  const std::function<bool(const OptionEntry&)>& holds) {
  std::vector<std::string> all;
  for (const OptionEntry& entry : entries) {
    if (entry.argument || !holds(entry)) continue;
    all.insert(all.end(), entry.names.begin(), entry.names.end());
  }
  return fmt::format("{}", fmt::join(all, between));
}

bool takes_value(const OptionEntry& entry) {
  return !entry.value.empty();
}

// What bash is to do for values of one kind; empty: to offer nothing.
std::string bash_action(const Choices& choices) {
  if (!choices.words.empty()) {
    return fmt::format("_tapegrad_words '{}'", fmt::join(choices.words, " "));
  }
  if (choices.files) return "_tapegrad_paths -f";
  return choices.folders ? "_tapegrad_paths -d" : "";
}

std::string bash_values(const Entries& entries) {
  std::string cases;
  for (const OptionEntry& entry : entries) {
    if (entry.argument || !takes_value(entry)) continue;
    cases += fmt::format(
        "    {}) {}; return ;;\n", fmt::join(entry.names, "|"),
        bash_action(choices(entry.value)).empty() ? ":" : bash_action(choices(entry.value)));
  }
  return cases;
}

std::string bash_arguments(const Entries& entries) {
  std::string cases;
  int position = 0;
  for (const OptionEntry& entry : entries) {
    if (!entry.argument) continue;
    const std::string action = bash_action(choices(entry.value));
    const std::string number = entry.repeated ? "*" : std::to_string(position++);
    cases += fmt::format("    {}) {} ;;\n", number, action.empty() ? ":" : action);
  }
  return cases.empty() ? "    *) ;;\n" : cases;
}

// What all programs share: a script may be read twice, or beside that of another program.
constexpr const char* bash_helpers =
    R"(# The words that begin like the last one of a list with commas.
_tapegrad_words() {
  local before=
  [[ $cur != *,* ]] || before=${cur%,*},
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
  [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *: ]] || compopt -o nospace 2> /dev/null
}

# Files (-f) or folders (-d).
_tapegrad_paths() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

# Sets `cur` and `previous`. --option=value, NAME=FILE and thaw:3 come in pieces.
_tapegrad_current() {
  local -i i=COMP_CWORD
  cur=${COMP_WORDS[i]}
  [[ $cur != [=:] ]] || { cur=; i+=1; }
  while ((i > 1)) && [[ ${COMP_WORDS[i-1]} == [=:] ]]; do
    [[ ${COMP_WORDS[i-1]} == = ]] || colon=1
    i=i-2
  done
  previous=${COMP_WORDS[i]}
  ((i < COMP_CWORD)) && [[ $previous == -* ]] || previous=${COMP_WORDS[i-1]}
}
)";

std::string bash_script(const std::string& name, const Entries& entries) {
  const auto any = [](const OptionEntry&) { return true; };
  return fmt::format(
      R"(# bash completion of {0}, written by {0} --completion bash

{1}
_tapegrad_{0}() {{
  local cur previous colon=
  COMPREPLY=()
  _tapegrad_current
  [[ -z $colon ]] || return
  case $previous in
{2}  esac
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W '{3}' -- "$cur")
    return
  fi
  local -i position=0 i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${{COMP_WORDS[i]}} in
      {4})
        [[ ${{COMP_WORDS[i+1]}} != = ]] || i+=1
        i+=1 ;;
      -*) ;;
      *) position+=1 ;;
    esac
  done
  case $position in
{5}  esac
}}
complete -F _tapegrad_{0} {0}
)",
      name, bash_helpers, bash_values(entries), names(entries, " ", any),
      names(entries, "|", takes_value), bash_arguments(entries));
}

// A text inside of '...[...]:...:...' of zsh's _arguments.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out;
}

std::string zsh_action(const Choices& choices) {
  if (choices.list && !choices.words.empty()) {
    std::string text = "_values -s , value";
    for (const std::string& word : choices.words)
      text.append(" ").append(replaced(word, ":", R"(\\\:)"));
    return text;
  }
  if (!choices.words.empty()) return fmt::format("({})", fmt::join(choices.words, " "));
  if (choices.files) return "_files";
  return choices.folders ? "_files -/" : " ";
}

std::string zsh_script(const std::string& name, const Entries& entries) {
  std::string specs;
  int position = 0;
  for (const OptionEntry& entry : entries) {
    const std::string action = zsh_action(choices(entry.value));
    if (entry.argument) {
      const std::string number = entry.repeated ? "*" : std::to_string(++position);
      const char* const optional = entry.required || entry.repeated ? ":" : "::";
      specs += fmt::format(" \\\n  '{}{}{}:{}'", number, optional, zsh_text(entry.name()), action);
      continue;
    }
    for (const std::string& option : entry.names) {
      const char* const value = !takes_value(entry) ? "" : option.starts_with("--") ? "=" : "+";
      specs += fmt::format(
          " \\\n  '{}{}{}[{}]{}'", entry.repeated ? "*" : "", option, value, zsh_text(entry.text),
          takes_value(entry) ? fmt::format(":{}:{}", zsh_text(entry.value), action) : "");
    }
  }
  return fmt::format(
      "#compdef {0}\n# zsh completion of {0}, written by {0} --completion zsh\n\n"
      "_arguments -s{1}\n",
      name, specs);
}

std::string fish_action(const Choices& choices) {
  if (!choices.words.empty()) return fmt::format(" -x -a '{}'", fmt::join(choices.words, " "));
  if (choices.files) return " -r -F";
  return choices.folders ? " -x -a '(__fish_complete_directories)'" : " -x";
}

std::string fish_script(const std::string& name, const Entries& entries) {
  std::string text =
      fmt::format("# fish completion of {0}, written by {0} --completion fish\n\n", name);
  bool files = false;
  for (const OptionEntry& entry : entries) {
    if (entry.argument) {
      files = true;
      continue;
    }
    text += fmt::format("complete -c {}", name);
    for (const std::string& option : entry.names) {
      const bool is_long = option.starts_with("--");
      text += fmt::format(" {} {}", is_long ? "-l" : "-s", option.substr(is_long ? 2 : 1));
    }
    if (takes_value(entry)) text += fish_action(choices(entry.value));
    text += fmt::format(" -d '{}'\n", replaced(replaced(entry.text, "\\", "\\\\"), "'", "\\'"));
  }
  if (!files) text += fmt::format("complete -c {} -f\n", name);
  return text;
}

}  // namespace

std::vector<std::string> shells() {
  return {"bash", "zsh", "fish"};
}

std::string completion(const std::string& shell, const CLI::App& app) {
  const Entries entries = option_entries(app);
  if (shell == "bash") return bash_script(app.get_name(), entries);
  if (shell == "zsh") return zsh_script(app.get_name(), entries);
  if (shell == "fish") return fish_script(app.get_name(), entries);
  throw std::invalid_argument(
      fmt::format("--completion: \"{}\" is not one of {}", shell, fmt::join(shells(), ", ")));
}

}  // namespace tapegrad::console
