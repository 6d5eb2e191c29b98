#include "auth/own_cookies.hpp"

#include <gtest/gtest.h>

#include <string>

#include "auth/device_cookie.hpp"
#include "auth/session_cookie.hpp"
#include "crypto/fixed_keys.hpp"

namespace portal::auth {
namespace {

std::string left_of(const std::string& value) {
  std::string kept(value.size(), '?');
  kept.resize(remove_own_cookies(value, kept.data()));
  return kept;
}

TEST(OwnCookies, AreTakenOutAndTheOthersStay) {
  EXPECT_EQ(left_of("portal-member=x"), "");
  EXPECT_EQ(left_of("__Host-portal-member=x; __Host-portal-staff=y; __Host-portal-device=z"), "");
  EXPECT_EQ(left_of("a=1; portal-member=x; b=2"), "a=1; b=2");
  EXPECT_EQ(left_of("portal-member=x; a=1"), "a=1");
  EXPECT_EQ(left_of("a=1; portal-device=x"), "a=1");
  EXPECT_EQ(left_of("a=1;  portal-staff =x;b=\"2\" ; c"), "a=1;b=\"2\" ; c");
  EXPECT_EQ(left_of("portal-member=x;;a=1"), ";a=1");
  EXPECT_EQ(left_of("portal-member"), "");
}

TEST(OwnCookies, WhatIsNotOursIsNotTouched) {
  for (const char* value : {"", "a=1", " a=1 ;b", ";;", "portal-members=1", "xportal-member=1", "Portal-Member=1",
                            "__Secure-portal-member=1", "a=portal-member=1", "=portal-member", "portal=member; "})
    EXPECT_EQ(left_of(value), value);
  EXPECT_EQ(remove_own_cookies({}, nullptr), 0U);
}

// Catches a cookie that is set somewhere and not known here.
TEST(OwnCookies, AreAllThatAreSet) {
  for (const http::CookieMode mode : {http::CookieMode::kHostPrefix, http::CookieMode::kInsecure}) {
    for (const std::string& set : {format_session_cookie(crypto::Token::generate(), mode),
                                   format_device_cookie(mode, {.account_id = 1, .login = {}}, crypto::fixed_keyring())})
      EXPECT_TRUE(is_own_cookie(set.substr(0, set.find('=')))) << set;
  }
}

}  // namespace
}  // namespace portal::auth
