// Result<T>: a value, or the Error that prevented it.
#pragma once

#include <expected>
#include <utility>

#include "base/error.hpp"

namespace portal {

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string log_detail = {}) {
  return std::unexpected(Error::of(code, std::move(log_detail)));
}

inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace portal
