// Header lines "name:value", one a line: cookies, media type, fetch metadata, and what of them is passed on.
#include <algorithm>
#include <string>
#include <vector>

#include "auth/own_cookies.hpp"
#include "base/limits.hpp"
#include "http/checks.hpp"
#include "http/cookie.hpp"
#include "http/navigation.hpp"
#include "require.hpp"

using namespace portal;

namespace {

std::vector<http::Header> split(std::string_view text) {
  std::vector<http::Header> headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), http::trim_blanks(line.substr(std::min(colon + 1, line.size())))});
  }
  return headers;
}

void check_passed_on(const std::vector<http::Header>& headers) {
  for (const http::Header& header : headers) {
    std::string kept(header.value);
    kept.resize(auth::remove_own_cookies(header.value, kept.data()));
    std::string again(kept);
    again.resize(auth::remove_own_cookies(kept, again.data()));
    fuzz::require(again == kept, "what is left holds nothing of ours");
    const http::Header left{"Cookie", kept};
    for (const char* name : {"portal-member", "__Host-portal-member", "__Host-portal-device"})
      fuzz::require(!http::find_cookie({&left, 1}, name), "no session is passed on");
    fuzz::require(kept.size() < header.value.size() || kept == header.value, "what is not ours stays as it is");
  }
}

void check_navigation(const http::Request& request, std::string_view address) {
  http::is_navigation(request);
  const std::string location = http::sign_in_address(address);
  fuzz::require(location.starts_with("/sign-in"), "nobody is sent elsewhere");
  fuzz::require(std::ranges::all_of(location, [](char each) { return each > ' ' && each <= '~' && each != '\\'; }),
                "the address is a header's value");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kName = "__Host-portal-member";
  constexpr std::string_view kOrigin = "https://portal.example.com";
  std::vector<http::Header> headers = split(fuzz::as_text(data, size));
  http::Request request;
  request.headers = headers;
  http::is_json_media_type(fuzz::as_text(data, size));
  if (http::require_json_body(request)) {
    fuzz::require(request.count_headers("content-type") == 1, "a JSON body has one media type");
  }
  if (http::require_same_origin(request, kOrigin)) {
    const bool said_by_browser = request.header("sec-fetch-site") == "same-origin";
    const bool said_by_origin = request.header("origin") == kOrigin && !request.header("sec-fetch-site");
    fuzz::require(said_by_browser || said_by_origin, "an accepted request says where it comes from");
  }
  check_passed_on(headers);
  check_navigation(request, fuzz::as_text(data, size));
  const std::optional<std::string_view> found = http::find_cookie(headers, kName);
  // One more cookie of the name, in front or behind: none if there was one, else that one unless the limits are
  // reached.
  headers.push_back({"Cookie", "__Host-portal-member=added"});
  const std::optional<std::string_view> again = http::find_cookie(headers, kName);
  fuzz::require(!found || !again, "two cookies of a name are none");
  fuzz::require(!again || *again == "added", "the one cookie is the one that is there");
  return 0;
}
