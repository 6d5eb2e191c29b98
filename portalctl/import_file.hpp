// A file of lines that is fed in pieces: where each piece begins, and how far an earlier run came.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "portalctl/failure.hpp"

namespace portal::portalctl {

class ImportFile {
 public:
  // `purpose` says what is done with it: an earlier run with another purpose, or with another file of this name, does
  // not count.
  static Outcome<ImportFile> open(const std::filesystem::path& path, std::string purpose);

  struct Piece {
    std::string lines;
    std::int64_t first_line = 0;  // from 1
  };
  // The next whole lines, at most so many; no lines: that was all.
  Outcome<Piece> next(std::int64_t lines, std::size_t bytes);
  // What was read so far is done, also for a later run.
  Outcome<void> note_done();
  // All of it is done: a later run begins anew.
  void forget();

  std::int64_t size() const { return size_; }
  std::int64_t position() const { return position_; }
  bool goes_on() const { return goes_on_; }  // from where an earlier run ended

 private:
  ImportFile() = default;

  std::filesystem::path state_path_;
  std::string identity_;  // of the file as it is now, and of the purpose
  std::ifstream stream_;
  std::int64_t size_ = 0;
  std::int64_t position_ = 0;
  std::int64_t line_ = 1;
  bool goes_on_ = false;
};

}  // namespace portal::portalctl
