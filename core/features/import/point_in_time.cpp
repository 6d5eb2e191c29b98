#include "features/import/point_in_time.hpp"

#include <cstddef>

#include "base/time.hpp"
#include "features/import/field_table.hpp"

namespace portal::features::import {
namespace {

bool is_digit(char character) { return character >= '0' && character <= '9'; }

// Two digits below `limit` at a place.
bool is_number_below(std::string_view text, std::size_t at, int limit) {
  return at + 2 <= text.size() && is_digit(text[at]) && is_digit(text[at + 1]) &&
         (text[at] - '0') * 10 + (text[at + 1] - '0') < limit;
}

}  // namespace

bool is_point_in_time(std::string_view text) {
  if (text.size() < 20 || !parse_date(text.substr(0, 10)) || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return false;
  if (!is_within_reach(text)) return false;
  if (!is_number_below(text, 11, 24) || !is_number_below(text, 14, 60) || !is_number_below(text, 17, 60)) return false;
  std::size_t at = 19;
  if (text[at] == '.') {
    const std::size_t begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == begin || at - begin > 9) return false;
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z") return true;
  return zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' && is_number_below(zone, 1, 15) &&
         is_number_below(zone, 4, 60);
}

}  // namespace portal::features::import
