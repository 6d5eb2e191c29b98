// Where the core says what an operator should know. Never with anybody's data.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace portal {

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message) noexcept = 0;
};

}  // namespace portal
