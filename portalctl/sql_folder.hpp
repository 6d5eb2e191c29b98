// The folder of SQL files that migrations and the demo come from: migrations/, policies/, demo/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "portalctl/failure.hpp"

namespace portal::portalctl {

// `given`, or the folder that was installed with this program, or the one it was built from.
Outcome<std::filesystem::path> find_sql_folder(const std::string& given);

struct SqlFile {
  std::filesystem::path path;
  std::string name;  // "0001_accounts"
  std::string text;
  std::string checksum;  // SHA-256 in hexadecimal digits
};

struct Migration {
  SqlFile file;
  std::int32_t number;
  // Statements that must each run alone (CREATE INDEX CONCURRENTLY); empty: the whole text in one transaction.
  std::vector<std::string> lone_statements;
};

// In the order of their names. A folder that is not there has none.
Outcome<std::vector<SqlFile>> read_sql_files(const std::filesystem::path& folder);

// Numbered 1, 2, 3, ... without gaps.
Outcome<std::vector<Migration>> read_migrations(const std::filesystem::path& sql_folder);

// Of all files and their names together.
std::string checksum_of(const std::vector<SqlFile>& files);

}  // namespace portal::portalctl
