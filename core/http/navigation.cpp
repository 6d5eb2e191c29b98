#include "http/navigation.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "http/refusal.hpp"

namespace portal::http {
namespace {

constexpr std::string_view kSignIn = "/sign-in";

bool is_plain(char character) noexcept {
  constexpr std::string_view kMarks = "-._~/";
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || kMarks.contains(character);
}

bool is_control(char character) noexcept { return static_cast<unsigned char>(character) < ' ' || character == '\x7f'; }

// Browsers take out "." and "..", which may leave "//elsewhere" of "/.//elsewhere".
bool may_lead_elsewhere(std::string_view path) noexcept {
  if (!path.starts_with('/') || path.starts_with("//")) return true;
  return path.contains("//") && (path.contains("/.") || path.contains("/%2e") || path.contains("/%2E"));
}

}  // namespace

bool is_navigation(const Request& request) noexcept {
  if (request.method != Method::kGet && request.method != Method::kHead) return false;
  if (const auto mode = request.header("Sec-Fetch-Mode")) return mode == "navigate";
  return prefers_html(request.header("Accept").value_or(std::string_view()));
}

std::string sign_in_address(std::string_view address) {
  const std::string_view path = address.substr(0, std::min(address.find_first_of("?#"), address.size()));
  const bool refused = may_lead_elsewhere(path) || address.contains('\\') || std::ranges::any_of(address, is_control) ||
                       address.size() > limits::kReturnAddressBytes;
  std::string location(kSignIn);
  if (refused || address == "/") return location;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  location += "?next=";
  for (const char character : address) {
    if (is_plain(character)) {
      location += character;
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    location += '%';
    location += kDigits[byte >> 4U];
    location += kDigits[byte & 15U];
  }
  return location;
}

}  // namespace portal::http
