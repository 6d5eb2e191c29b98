#pragma once

#include <filesystem>

#include "portalctl/database.hpp"

namespace portal::portalctl {

// Gives the demo's photos, files and documents the samples of that folder, by type and by turns, and, where the
// settings say where files are, puts them there. Without that, downloads say that the file is not there.
Outcome<void> fill_demo_files(Database& database, const Settings& settings, const std::filesystem::path& samples);

}  // namespace portal::portalctl
