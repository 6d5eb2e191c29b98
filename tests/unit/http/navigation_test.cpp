#include "http/navigation.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/limits.hpp"

namespace portal::http {
namespace {

bool is_one(Method method, std::vector<Header> headers) {
  Request request;
  request.method = method;
  request.headers = headers;
  return is_navigation(request);
}

TEST(Navigation, IsWhatABrowserOpens) {
  EXPECT_TRUE(is_one(Method::kGet, {{"sec-fetch-mode", "navigate"}}));
  EXPECT_TRUE(is_one(Method::kHead, {{"Sec-Fetch-Mode", "navigate"}, {"Accept", "*/*"}}));
  EXPECT_TRUE(is_one(Method::kGet, {{"Accept", "text/html,*/*;q=0.8"}}));
  EXPECT_FALSE(is_one(Method::kGet, {{"Sec-Fetch-Mode", "cors"}, {"Accept", "text/html"}}));
  EXPECT_FALSE(is_one(Method::kGet, {{"Accept", "*/*"}}));
  EXPECT_FALSE(is_one(Method::kGet, {}));
  EXPECT_FALSE(is_one(Method::kPost, {{"Sec-Fetch-Mode", "navigate"}, {"Accept", "text/html"}}));
}

TEST(Navigation, LeadsBackToThisOriginOnly) {
  EXPECT_EQ(sign_in_address("/files/a%20b?c=d&e=/f"), "/sign-in?next=/files/a%2520b%3Fc%3Dd%26e%3D/f");
  EXPECT_EQ(sign_in_address("/files/\xc3\xa9"), "/sign-in?next=/files/%C3%A9");
  EXPECT_EQ(sign_in_address("/a?to=//b/.c"), "/sign-in?next=/a%3Fto%3D//b/.c");
  EXPECT_EQ(sign_in_address("/a//b"), "/sign-in?next=/a//b");
  for (const char* address :
       {"", "/", "files", "//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/a\\b",
        "/a\r\nSet-Cookie: b", "/a\tb", "/a\x7f", "/.//evil.example", "/a/..//evil.example", "/%2e//evil.example",
        "/a/%2E%2e//evil.example", "javascript:alert(1)", "?next=/", "*"})
    EXPECT_EQ(sign_in_address(address), "/sign-in") << address;
}

TEST(Navigation, AnAddressHasALongest) {
  const std::string longest = "/" + std::string(limits::kReturnAddressBytes - 1, 'a');
  EXPECT_EQ(sign_in_address(longest), "/sign-in?next=" + longest);
  EXPECT_EQ(sign_in_address(longest + "a"), "/sign-in");
}

}  // namespace
}  // namespace portal::http
