#include "auth/session_cookie.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace portal::auth {
namespace {

using http::CookieMode;

std::optional<access::SessionHash> find(const std::vector<http::Header>& headers, CookieMode mode) {
  http::Request request;
  request.headers = headers;
  return find_session_hash(request, mode);
}

TEST(SessionCookie, IsFoundByTheNameOfItsMode) {
  const crypto::Token token = crypto::Token::generate();
  const std::string secure = "__Host-portal-member=" + token.text();
  const std::string insecure = "portal-member=" + token.text();
  EXPECT_EQ(find({{"Cookie", secure}}, CookieMode::kHostPrefix), token.hash());
  EXPECT_EQ(find({{"Cookie", insecure}}, CookieMode::kInsecure), token.hash());
  // A page of another origin on the host could set a cookie without the prefix.
  EXPECT_EQ(find({{"Cookie", insecure}}, CookieMode::kHostPrefix), std::nullopt);
  EXPECT_EQ(find({{"Cookie", secure}}, CookieMode::kInsecure), std::nullopt);
  EXPECT_EQ(find({}, CookieMode::kHostPrefix), std::nullopt);
}

TEST(SessionCookie, TwoAreNone) {
  const std::string one = "__Host-portal-member=" + crypto::Token::generate().text();
  const std::string two = one + "; " + one;
  EXPECT_EQ(find({{"Cookie", two}}, CookieMode::kHostPrefix), std::nullopt);
  EXPECT_EQ(find({{"Cookie", one}, {"Cookie", one}}, CookieMode::kHostPrefix), std::nullopt);
}

TEST(SessionCookie, IsNoSessionUnlessItIsATokenOfOurs) {
  const std::string text = crypto::Token::generate().text();
  for (const std::string& value :
       {std::string(), text.substr(1), text + "A", "+" + text.substr(1), std::string(4000, 'A')}) {
    const std::string cookie = "__Host-portal-member=" + value;
    EXPECT_EQ(find({{"Cookie", cookie}}, CookieMode::kHostPrefix), std::nullopt) << value;
  }
}

TEST(SessionCookie, IsWrittenForThisHostAlone) {
  const crypto::Token token = crypto::Token::generate();
  const std::string cookie = format_session_cookie(token, CookieMode::kHostPrefix);
  EXPECT_TRUE(cookie.starts_with("__Host-portal-member=" + token.text() + ";")) << cookie;
  for (const std::string_view attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=7776000"})
    EXPECT_NE(cookie.find(attribute), std::string::npos) << cookie;
  EXPECT_EQ(cookie.find("Domain"), std::string::npos);

  const std::string insecure = format_session_cookie(token, CookieMode::kInsecure);
  EXPECT_TRUE(insecure.starts_with("portal-member=")) << insecure;
  EXPECT_EQ(insecure.find("Secure"), std::string::npos) << insecure;
}

TEST(SessionCookie, IsClearedUnderTheSameName) {
  const std::string cookie = format_cleared_session_cookie(CookieMode::kHostPrefix);
  EXPECT_TRUE(cookie.starts_with("__Host-portal-member=;")) << cookie;
  EXPECT_NE(cookie.find("Max-Age=0"), std::string::npos) << cookie;
}

}  // namespace
}  // namespace portal::auth
