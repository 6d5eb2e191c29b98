// Reads a configuration of nginx as nginx does: words, quotes, blocks, and the files that it includes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "portalctl/failure.hpp"

namespace portal::portalctl {

struct NginxDirective {
  std::vector<std::string> words;  // its name, then its parameters; never empty
  std::filesystem::path file;
};

struct NginxConfiguration {
  std::vector<NginxDirective> directives;  // in the order in which they stand, blocks entered
  std::vector<std::filesystem::path> files;

  // The first directive of this name whose first parameter begins with `parameter`; null when there is none.
  const NginxDirective* find(std::string_view name, std::string_view parameter = {}) const;
};

// Included paths are relative to the folder of the main file, and may have the wildcards of glob(3).
Outcome<NginxConfiguration> read_nginx_configuration(const std::filesystem::path& path);

}  // namespace portal::portalctl
