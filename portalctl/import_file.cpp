#include "portalctl/import_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/limits.hpp"

namespace portal::portalctl {

Outcome<ImportFile> ImportFile::open(const std::filesystem::path& path, std::string purpose) {
  ImportFile file;
  std::error_code error;
  file.size_ = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  const auto changed = error ? std::filesystem::file_time_type() : std::filesystem::last_write_time(path, error);
  file.stream_.open(path, std::ios::binary);
  if (error || !file.stream_) return failed(fmt::format("{} cannot be read.", path.string()));
  file.identity_ = fmt::format("{} {} {}", file.size_, changed.time_since_epoch().count(), purpose);
  file.state_path_ = path.string() + ".progress";
  std::ifstream state(file.state_path_);
  std::string identity;
  if (std::getline(state, identity) && identity == file.identity_ && state >> file.position_ >> file.line_) {
    file.goes_on_ = file.position_ > 0;
    file.stream_.seekg(file.position_);
  } else {
    file.position_ = 0;
    file.line_ = 1;
  }
  return file;
}

Outcome<ImportFile::Piece> ImportFile::next(std::int64_t lines, std::size_t bytes) {
  Piece piece{.lines = {}, .first_line = line_};
  std::string line;
  for (std::int64_t count = 0; count < lines && piece.lines.size() < bytes && std::getline(stream_, line); ++count) {
    if (line.size() > limits::kImportLineBytes)
      return failed(fmt::format("Line {} is longer than the portal takes.", line_));
    const bool ended = !stream_.eof();
    piece.lines += line;
    piece.lines += '\n';
    position_ += static_cast<std::int64_t>(line.size()) + (ended ? 1 : 0);
    ++line_;
  }
  if (stream_.bad()) return failed("The file could not be read to its end.");
  return piece;
}

Outcome<void> ImportFile::note_done() {
  // Whole or not at all: a run that is cut off in between finds the state before it.
  const std::filesystem::path fresh = state_path_.string() + ".new";
  std::ofstream state(fresh, std::ios::trunc);
  state << identity_ << '\n' << position_ << ' ' << line_ << '\n';
  state.close();
  std::error_code error;
  if (state) std::filesystem::rename(fresh, state_path_, error);
  if (!state || error)
    return failed(fmt::format("{} cannot be written: how far the import came is kept there.", state_path_.string()));
  return {};
}

void ImportFile::forget() {
  std::error_code ignored;
  std::filesystem::remove(state_path_, ignored);
}

}  // namespace portal::portalctl
