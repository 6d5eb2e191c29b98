#include "base/time.hpp"

#include <algorithm>
#include <array>

namespace portal {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::year_month_day;

constexpr Date kFirstDay = std::chrono::year(0) / std::chrono::January / 1;
constexpr Date kLastDay = std::chrono::year(9999) / std::chrono::December / 31;
constexpr Timestamp kFirstTime = kFirstDay;
constexpr Timestamp kLastTime = kLastDay + days(1) - microseconds(1);

template <std::size_t kDigits>
void append_number(std::string& text, std::uint64_t number) {
  std::array<char, kDigits> digits;
  for (std::size_t index = kDigits; index > 0; --index) {
    digits[index - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  text.append(digits.data(), kDigits);
}

// The number that digits alone write; nullopt for anything else.
std::optional<unsigned> parse_digits(std::string_view text) noexcept {
  unsigned number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(digit - '0');
  }
  return number;
}

}  // namespace

void append_date(std::string& text, Date date) {
  const year_month_day day(std::clamp(date, kFirstDay, kLastDay));
  append_number<4>(text, static_cast<std::uint64_t>(static_cast<int>(day.year())));
  text += '-';
  append_number<2>(text, static_cast<unsigned>(day.month()));
  text += '-';
  append_number<2>(text, static_cast<unsigned>(day.day()));
}

void append_rfc3339(std::string& text, Timestamp time) {
  time = std::clamp(time, kFirstTime, kLastTime);
  const Date date = floor<days>(time);
  const auto of_day = static_cast<std::uint64_t>((time - date).count());
  const std::uint64_t seconds = of_day / 1'000'000;
  append_date(text, date);
  text += 'T';
  append_number<2>(text, seconds / 3600);
  text += ':';
  append_number<2>(text, seconds / 60 % 60);
  text += ':';
  append_number<2>(text, seconds % 60);
  if (const std::uint64_t fraction = of_day % 1'000'000; fraction != 0) {
    text += '.';
    append_number<6>(text, fraction);
  }
  text += 'Z';
}

std::string format_rfc3339(Timestamp time) {
  std::string text;
  append_rfc3339(text, time);
  return text;
}

std::string format_date(Date date) {
  std::string text;
  append_date(text, date);
  return text;
}

std::optional<Date> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::optional<unsigned> year = parse_digits(text.substr(0, 4));
  const std::optional<unsigned> month = parse_digits(text.substr(5, 2));
  const std::optional<unsigned> day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day || *year == 0) return std::nullopt;
  const year_month_day date(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                            std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace portal
