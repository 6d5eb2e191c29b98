// The lines of a body that nginx has put into a file, piece by piece.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

namespace portal::features::import {

class LineFile {
 public:
  // The file outlives it.
  explicit LineFile(http::BodyFile file) : file_(file) {}

  struct Line {
    std::string_view text;     // without its end; valid until the next call
    bool is_too_long = false;  // more than limits::kImportLineBytes, which are not kept
  };
  // Nothing: there is no further line. kStorageUnavailable when the file cannot be read back.
  Result<std::optional<Line>> next();

 private:
  Result<bool> read_more();

  http::BodyFile file_;
  std::int64_t read_ = 0;  // of the file
  std::string piece_;
  std::size_t at_ = 0;  // in piece_: where the next line begins
};

}  // namespace portal::features::import
