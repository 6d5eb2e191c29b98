// Points in time and calendar days, and their text in the API (RFC 3339 in UTC; YYYY-MM-DD).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace portal {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Date = std::chrono::sys_days;

// "2026-11-22T14:00:00Z"; the fraction (six digits) stands only when it is not zero. What lies outside the years 0 to
// 9999, as PostgreSQL's infinity does, becomes the nearest time that can be written.
void append_rfc3339(std::string& text, Timestamp time);
std::string format_rfc3339(Timestamp time);

// Four-digit years 0001 to 9999, days that exist.
std::optional<Date> parse_date(std::string_view text) noexcept;
void append_date(std::string& text, Date date);
std::string format_date(Date date);

}  // namespace portal
