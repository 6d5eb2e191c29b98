#include "http/precondition.hpp"

namespace portal::http {

bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept {
  std::string_view list = if_none_match;
  list = trim_blanks(list);
  if (list == "*") return true;
  while (!list.empty()) {
    if (list.starts_with("W/")) list.remove_prefix(2);
    if (!list.starts_with('"')) return false;
    const std::size_t end = list.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (list.substr(0, end + 1) == etag) return true;
    list = trim_blanks(list.substr(end + 1));
    if (list.empty()) return false;
    if (!list.starts_with(',')) return false;
    while (list.starts_with(',')) list = trim_blanks(list.substr(1));
  }
  return false;
}

bool has_current_copy(const Request& request, std::string_view etag) noexcept {
  for (const Header& header : request.headers) {
    if (equals_ignoring_case(header.name, "If-None-Match") && names_etag(header.value, etag)) return true;
  }
  return false;
}

}  // namespace portal::http
