// Files that people write: settings, passwords, SQL.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "portalctl/failure.hpp"

namespace portal::portalctl {

enum class Readers : std::uint8_t { kAnybody, kOwnerOnly };

// Files that portalctl reads are written by people and short; a larger one is some other file. kOwnerOnly refuses a
// file that others than its owner can read.
Outcome<std::string> read_text_file(const std::filesystem::path& path, Readers readers = Readers::kAnybody);

}  // namespace portal::portalctl
