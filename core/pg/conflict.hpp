// Who stood in the way of a segment that was rolled back.
#pragma once

#include "base/error.hpp"

namespace portal::pg {

// Whether an error of a lane says that another transaction did, by a row that it holds or has changed: nothing was
// committed, and the same may be tried again.
bool is_conflict(const Error& error) noexcept;

}  // namespace portal::pg
