#include "base/time.hpp"

#include <gtest/gtest.h>

namespace portal {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::sys_days;

Timestamp at(std::chrono::year_month_day day, microseconds of_day) { return sys_days(day) + of_day; }

TEST(Time, WritesRfc3339InUtc) {
  using namespace std::chrono;
  EXPECT_EQ(format_rfc3339(at(2026y / 11 / 22, 14h)), "2026-11-22T14:00:00Z");
  EXPECT_EQ(format_rfc3339(Timestamp()), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(at(2000y / 2 / 29, 23h + 59min + 59s + 5us)), "2000-02-29T23:59:59.000005Z");
  EXPECT_EQ(format_rfc3339(at(1969y / 12 / 31, 23h + 59min + 59s + 999'999us)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339(at(2038y / 1 / 19, 3h + 14min + 8s)), "2038-01-19T03:14:08Z");
}

TEST(Time, WritesTheNearestTimeForOneThatHasNoText) {
  EXPECT_EQ(format_rfc3339(Timestamp::max()), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339(Timestamp::min()), "0000-01-01T00:00:00Z");
  EXPECT_EQ(format_date(Date::max()), "9999-12-31");
  EXPECT_EQ(format_date(Date::min()), "0000-01-01");
}

TEST(Time, ReadsTheDatesThatItWrites) {
  for (const char* text : {"0001-01-01", "1970-01-01", "2024-02-29", "2026-11-22", "9999-12-31"}) {
    const std::optional<Date> date = parse_date(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(format_date(*date), text);
  }
}

TEST(Time, RefusesDatesThatDoNotExist) {
  for (const char* text :
       {"", "2026-11-2", "2026-11-222", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-04-31",
        "2025-02-29", "1900-02-29", "0000-01-01", "2026/11/22", "26-11-2022", "2026-11-22T00:00:00Z", "+026-11-22",
        "-026-11-22", " 2026-11-2", "2026-1a-22", "2026-11- 2"}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace portal
