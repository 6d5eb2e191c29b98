#include "portalctl/origin.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "portalctl/text.hpp"

namespace portal::portalctl {
namespace {

constexpr std::size_t kHostBytes = 253;
constexpr std::size_t kLabelBytes = 63;

bool is_label(std::string_view label) {
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  };
  return !label.empty() && label.size() <= kLabelBytes && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, allowed);
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1";
}

}  // namespace

Outcome<std::string> parse_host(std::string_view text) {
  std::string host = lower_case(text);
  if (host.ends_with('.')) host.pop_back();
  std::string_view rest = host;
  bool valid = host.size() <= kHostBytes;
  while (valid) {
    const auto dot = rest.find('.');
    valid = is_label(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (!valid)
    return misused(
        fmt::format("\"{}\" is not a host name. It is written like portal.example.com, without https:// "
                    "and without a port; names in other alphabets in their xn-- form.",
                    text));
  return host;
}

Outcome<std::string> parse_origin(std::string_view text, std::string_view host) {
  std::string origin = lower_case(text);
  const bool secure = origin.starts_with("https://");
  if (!secure && !origin.starts_with("http://"))
    return misused(fmt::format("\"{}\" is not an origin. It is written like https://portal.example.com:8443.", text));
  std::string_view rest = std::string_view(origin).substr(secure ? 8 : 7);
  const auto colon = rest.find(':');
  const std::string_view origin_host = rest.substr(0, colon);
  if (origin_host != host) return misused(fmt::format("The origin {} is not at the host {}.", text, host));
  if (!secure && !is_loopback(host))
    return misused("An origin with plain http is only for localhost: sign-in needs https.");
  if (colon == std::string_view::npos) return origin;
  const std::string_view digits = rest.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.starts_with('0') || port == 0 ||
      port > 65535)
    return misused(fmt::format("\"{}\" does not end in a port.", text));
  if (port == (secure ? 443 : 80)) return origin.substr(0, origin.rfind(':'));
  return origin;
}

}  // namespace portal::portalctl
