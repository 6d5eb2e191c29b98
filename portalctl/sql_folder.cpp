#include "portalctl/sql_folder.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include "crypto/digest.hpp"
#include "portalctl/text.hpp"
#include "portalctl/text_file.hpp"

namespace portal::portalctl {
namespace {

constexpr std::string_view kNoTransaction = "-- no transaction";
constexpr std::string_view kNextStatement = "-- next";

std::string hex_sha256(std::string_view text) {
  const crypto::Digest digest = crypto::sha256(text);
  return crypto::encode_hex(digest);
}

// The number before the underscore; 0 when there is none.
std::int32_t number_of(std::string_view name) {
  std::int32_t number = 0;
  const auto end = name.find('_');
  if (end == std::string_view::npos) return 0;
  const std::string_view digits = name.substr(0, end);
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && stop == digits.data() + digits.size() ? number : 0;
}

std::vector<std::string> lone_statements_of(const std::string& text) {
  std::vector<std::string> statements;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  if (trimmed(line) != kNoTransaction) return statements;
  statements.emplace_back();
  while (std::getline(lines, line)) {
    if (trimmed(line) == kNextStatement)
      statements.emplace_back();
    else
      statements.back() += line + "\n";
  }
  return statements;
}

}  // namespace

Outcome<std::filesystem::path> find_sql_folder(const std::string& given) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!given.empty()) {
    if (!fs::is_directory(fs::path(given) / "migrations", ignored))
      return failed(fmt::format("{} has no folder migrations.", given));
    return fs::path(given);
  }
  // Beside the program and not at a fixed place, so that two versions on one machine each find their own.
  const fs::path installed =
      fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path() / "share" / "portico" / "sql";
  if (fs::is_directory(installed / "migrations", ignored)) return installed;
  return failed(fmt::format("The SQL files are not in {}. Name their folder with --sql-dir.", installed.string()));
}

Outcome<std::vector<SqlFile>> read_sql_files(const std::filesystem::path& folder) {
  std::vector<SqlFile> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() != ".sql") continue;
    Outcome<std::string> text = read_text_file(entry->path());
    if (!text) return failed(text.error());
    std::string checksum = hex_sha256(*text);
    files.push_back({entry->path(), entry->path().stem().string(), std::move(*text), std::move(checksum)});
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return failed(fmt::format("{} cannot be read: {}.", folder.string(), error.message()));
  std::ranges::sort(files, {}, &SqlFile::name);
  return files;
}

Outcome<std::vector<Migration>> read_migrations(const std::filesystem::path& sql_folder) {
  Outcome<std::vector<SqlFile>> files = read_sql_files(sql_folder / "migrations");
  if (!files) return failed(files.error());
  std::vector<Migration> migrations;
  for (SqlFile& file : *files) {
    const std::int32_t number = number_of(file.name);
    if (number != static_cast<std::int32_t>(migrations.size()) + 1)
      return failed(
          fmt::format("{} should be migration number {}: they are numbered 0001_name.sql, 0002_name.sql, ... "
                      "without gaps.",
                      file.path.string(), migrations.size() + 1));
    std::vector<std::string> lone = lone_statements_of(file.text);
    migrations.push_back({.file = std::move(file), .number = number, .lone_statements = std::move(lone)});
  }
  if (migrations.empty()) return failed(fmt::format("{} holds no migrations.", (sql_folder / "migrations").string()));
  return migrations;
}

std::string checksum_of(const std::vector<SqlFile>& files) {
  std::string all;
  for (const SqlFile& file : files) all += file.name + " " + file.checksum + "\n";
  return hex_sha256(all);
}

}  // namespace portal::portalctl
