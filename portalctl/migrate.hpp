// Brings a database to the schema of this version: numbered migrations, each once and never changed, then the policies.
#pragma once

#include <filesystem>

#include "portalctl/database.hpp"
#include "portalctl/output.hpp"

namespace portal::portalctl {

enum class MigrateMode : std::uint8_t { kApply, kDryRun };

// One at a time on a database: a second one waits up to a minute for its turn.
Outcome<void> migrate(Database& database, const std::filesystem::path& sql_folder, MigrateMode mode);

Outcome<void> print_migration_status(Database& database, const std::filesystem::path& sql_folder, Format format);

}  // namespace portal::portalctl
