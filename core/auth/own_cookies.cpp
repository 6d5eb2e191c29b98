#include "auth/own_cookies.hpp"

#include <algorithm>
#include <array>

#include "http/request.hpp"

namespace portal::auth {
namespace {

constexpr std::string_view kPrefix = "__Host-";
constexpr std::array<std::string_view, 4> kNames = {"portal-member", "portal-staff", "portal-device", "portal-written"};

}  // namespace

bool is_own_cookie(std::string_view name) noexcept {
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return std::ranges::find(kNames, name) != kNames.end();
}

std::size_t remove_own_cookies(std::string_view value, char* kept) noexcept {
  std::size_t size = 0;
  std::size_t left = 0;
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find(';', begin), value.size());
    std::string_view pair = value.substr(begin, end - begin);
    begin = end + 1;
    // Blanks around the name too: the portal would not take such a cookie, but something behind it might.
    if (is_own_cookie(http::trim_blanks(pair.substr(0, pair.find('='))))) continue;
    if (left++ > 0) {
      kept[size++] = ';';
    } else if (begin > pair.size() + 1) {
      pair.remove_prefix(std::min(pair.find_first_not_of(" \t"), pair.size()));
    }
    size += pair.copy(kept + size, pair.size());
  }
  return size;
}

}  // namespace portal::auth
