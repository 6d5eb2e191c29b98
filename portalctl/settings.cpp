#include "portalctl/settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "portalctl/text.hpp"
#include "portalctl/text_file.hpp"

namespace portal::portalctl {
namespace {

// Lines `name = value`; "#" begins a comment line.
Outcome<void> take_file(const std::string& path, Settings& settings) {
  const Outcome<std::string> text = read_text_file(path);
  if (!text) return failed(text.error());
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    const auto equals = content.find('=');
    const std::string name = trimmed(content.substr(0, equals));
    std::string* value = name == "database"        ? &settings.database
                         : name == "password_file" ? &settings.password_file
                         : name == "keys_file"     ? &settings.keys_file
                         : name == "files"         ? &settings.files
                                                   : nullptr;
    if (value == nullptr || equals == std::string::npos)
      return failed(
          fmt::format("{}, line {}: a line is `database = ...`, `password_file = ...`, `keys_file = ...` or "
                      "`files = ...`.",
                      path, number));
    if (value->empty()) *value = trimmed(content.substr(equals + 1));
  }
  return {};
}

void take_environment(const char* name, std::string& value) {
  const char* content = std::getenv(name);
  if (value.empty() && content != nullptr) value = content;
}

}  // namespace

Outcome<Settings> complete(Settings given) {
  // A named file that also says the database does not overrule the environment: what is nearer to the user wins.
  take_environment("PORTAL_DATABASE", given.database);
  take_environment("PORTAL_KEYS_FILE", given.keys_file);
  take_environment("PORTAL_FILES", given.files);
  const bool named = !given.file.empty();
  if (!named) given.file = kSettingsFile;
  std::error_code ignored;
  if (named || std::filesystem::exists(given.file, ignored)) {
    if (Outcome<void> taken = take_file(given.file, given); !taken) return failed(taken.error());
  }
  return given;
}

}  // namespace portal::portalctl
