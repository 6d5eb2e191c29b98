// A job as an entry of a calendar (RFC 5545).
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "features/jobs/summary.hpp"

namespace portal::features::jobs {

// `origin` is the portal's ("https://host[:port]"), `now` when the entry is made. The job has a date. Times are in UTC,
// which every calendar shows in its own zone; without an end the entry is a moment.
std::string calendar_of(const Summary& job, std::string_view origin, Timestamp now);

}  // namespace portal::features::jobs
