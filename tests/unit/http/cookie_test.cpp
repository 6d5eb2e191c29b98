#include "http/cookie.hpp"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::http {
namespace {

constexpr std::string_view kName = "__Host-portal-member";

std::optional<std::string> find(const std::vector<std::string>& values) {
  std::vector<Header> headers = {{"Host", "__Host-portal-member=not-a-cookie"}};
  for (const std::string& value : values) headers.push_back({"cookie", value});
  const std::optional<std::string_view> found = find_cookie(headers, kName);
  return found ? std::optional<std::string>(*found) : std::nullopt;
}

TEST(Cookie, IsFoundAmongOthers) {
  EXPECT_EQ(find({"__Host-portal-member=abc"}), "abc");
  EXPECT_EQ(find({"a=1; __Host-portal-member=abc; b=2"}), "abc");
  EXPECT_EQ(find({"a=1;__Host-portal-member=abc;b"}), "abc");
  EXPECT_EQ(find({"a=1", "__Host-portal-member=abc", "b=2"}), "abc");
  EXPECT_EQ(find({"__Host-portal-member=a=b"}), "a=b");
  EXPECT_EQ(find({"__Host-portal-member="}), "");
  EXPECT_EQ(find({";;; __Host-portal-member=abc ;"}), "abc");
}

TEST(Cookie, IsNotTakenForAnother) {
  EXPECT_EQ(find({}), std::nullopt);
  EXPECT_EQ(find({""}), std::nullopt);
  EXPECT_EQ(find({"__host-portal-member=abc"}), std::nullopt);
  EXPECT_EQ(find({"portal-member=abc"}), std::nullopt);
  EXPECT_EQ(find({"__Host-portal-members=abc"}), std::nullopt);
  EXPECT_EQ(find({"__Host-portal-member"}), std::nullopt);
  EXPECT_EQ(find({"__Host-portal-member =abc"}), std::nullopt);
  EXPECT_EQ(find({"a=\"; __Host-portal-memberx=abc\""}), std::nullopt);
}

TEST(Cookie, TwiceIsNone) {
  EXPECT_EQ(find({"__Host-portal-member=abc; __Host-portal-member=abc"}), std::nullopt);
  EXPECT_EQ(find({"__Host-portal-member=abc", "__Host-portal-member=def"}), std::nullopt);
  EXPECT_EQ(find({"__Host-portal-member=; a=1; __Host-portal-member=abc"}), std::nullopt);
}

TEST(Cookie, BeyondTheLimitsThereIsNone) {
  const std::string own = "__Host-portal-member=abc";
  EXPECT_EQ(find({own + ";a=" + std::string(limits::kCookieHeaderBytes - own.size() - 3, 'x')}), "abc");
  EXPECT_EQ(find({own + ";a=" + std::string(limits::kCookieHeaderBytes - own.size() - 2, 'x')}), std::nullopt);
  EXPECT_EQ(find({own, std::string(limits::kCookieHeaderBytes - own.size() + 1, 'x')}), std::nullopt);
  std::string many = own;
  for (std::size_t index = 1; index < limits::kCookies; ++index) many += ";a=1";
  EXPECT_EQ(find({many}), "abc");
  EXPECT_EQ(find({many + ";a=1"}), std::nullopt);
}

TEST(Cookie, IsSetForThisHostAlone) {
  EXPECT_EQ(format_set_cookie({.base_name = "portal-member", .value = "abc", .maximum_age = std::chrono::days(90)}),
            "__Host-portal-member=abc; Path=/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax");
  EXPECT_EQ(format_set_cookie(
                {.base_name = "portal-member", .value = "abc", .maximum_age = {}, .mode = CookieMode::kInsecure}),
            "portal-member=abc; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(
      format_set_cookie({.base_name = "m", .value = "1", .maximum_age = std::chrono::seconds(2), .http_only = false}),
      "__Host-m=1; Path=/; Max-Age=2; Secure; SameSite=Lax");
  EXPECT_EQ(format_cleared_cookie("portal-member", CookieMode::kHostPrefix),
            "__Host-portal-member=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
}

TEST(Cookie, NoValueCanAddAnAttribute) {
  for (const char* value : {"a;b", "a b", "a,b", "a\"b", "a\\b", "a\r\nb", "\xC3\xA9", "\x7F"}) {
    EXPECT_THROW(format_set_cookie({.base_name = "m", .value = value, .maximum_age = {}}), std::logic_error) << value;
  }
}

TEST(Cookie, IsNeverLongerThanBrowsersKeep) {
  const std::string rest = "__Host-m=; Path=/; Secure; HttpOnly; SameSite=Lax";
  const std::string longest(limits::kSetCookieBytes - rest.size(), 'x');
  EXPECT_EQ(format_set_cookie({.base_name = "m", .value = longest, .maximum_age = {}}).size(), limits::kSetCookieBytes);
  EXPECT_THROW(format_set_cookie({.base_name = "m", .value = longest + "x", .maximum_age = {}}), std::logic_error);
}

}  // namespace
}  // namespace portal::http
