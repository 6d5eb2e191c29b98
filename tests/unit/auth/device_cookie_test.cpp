#include "auth/device_cookie.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "crypto/fixed_keys.hpp"

namespace portal::auth {
namespace {

using http::CookieMode;

const std::chrono::system_clock::time_point kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

KnownLogin login_of(std::int64_t account_id, std::string_view email) {
  return {.account_id = account_id, .login = crypto::sha256(email)};
}

// "name=value" of a Set-Cookie.
std::string pair_of(const std::string& set_cookie) { return set_cookie.substr(0, set_cookie.find(';')); }

std::optional<DeviceId> find(const std::string& cookie, const KnownLogin& login, const crypto::Keyring& keys,
                             std::chrono::system_clock::time_point now = kNow,
                             CookieMode mode = CookieMode::kHostPrefix) {
  const std::vector<http::Header> headers = {{"Cookie", cookie}};
  http::Request request;
  request.headers = headers;
  return find_device(request, mode, login, keys, now);
}

TEST(DeviceCookie, IsForOneLoginOfOneAccount) {
  const crypto::Keyring keys = crypto::fixed_keyring();
  const KnownLogin anna = login_of(1, "anna@example.com");
  const std::string set_cookie = format_device_cookie(CookieMode::kHostPrefix, anna, keys, kNow);
  EXPECT_TRUE(set_cookie.starts_with("__Host-portal-device="));
  EXPECT_NE(set_cookie.find("Secure"), std::string::npos);
  const std::string cookie = pair_of(set_cookie);
  ASSERT_TRUE(find(cookie, anna, keys));
  EXPECT_EQ(find(cookie, anna, keys), find(cookie, anna, keys));
  EXPECT_FALSE(find(cookie, login_of(1, "bob@example.com"), keys));
  EXPECT_FALSE(find(cookie, login_of(2, "anna@example.com"), keys));
  EXPECT_FALSE(find(cookie, anna, keys, kNow, CookieMode::kInsecure));
  EXPECT_FALSE(find(cookie + "; " + cookie, anna, keys));
}

TEST(DeviceCookie, EachIsAnotherDevice) {
  const crypto::Keyring keys = crypto::fixed_keyring();
  const KnownLogin anna = login_of(1, "anna@example.com");
  const auto device = [&] {
    return find(pair_of(format_device_cookie(CookieMode::kHostPrefix, anna, keys, kNow)), anna, keys);
  };
  EXPECT_NE(device(), device());
}

TEST(DeviceCookie, ExpiresAfterAYear) {
  const crypto::Keyring keys = crypto::fixed_keyring();
  const KnownLogin anna = login_of(1, "anna@example.com");
  const std::string cookie = pair_of(format_device_cookie(CookieMode::kHostPrefix, anna, keys, kNow));
  EXPECT_TRUE(find(cookie, anna, keys, kNow + std::chrono::days(364)));
  EXPECT_FALSE(find(cookie, anna, keys, kNow + std::chrono::days(365)));
}

TEST(DeviceCookie, LivesAsLongAsItsKey) {
  constexpr std::string_view kOther = "cursor k2 gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8\n";
  const KnownLogin anna = login_of(1, "anna@example.com");
  const std::string cookie =
      pair_of(format_device_cookie(CookieMode::kHostPrefix, anna, crypto::fixed_keyring(), kNow));
  const std::string rotated = std::string(crypto::kFixedKeys) + std::string(kOther);
  EXPECT_TRUE(find(cookie, anna, crypto::make_keyring(rotated)));
  std::string without(crypto::kFixedKeys);
  without.replace(without.find("cursor"), without.find("pepper") - without.find("cursor"), kOther);
  EXPECT_FALSE(find(cookie, anna, crypto::make_keyring(without)));
}

TEST(DeviceCookie, NothingElseIsOne) {
  const crypto::Keyring keys = crypto::fixed_keyring();
  const KnownLogin anna = login_of(1, "anna@example.com");
  const std::string cookie = pair_of(format_device_cookie(CookieMode::kHostPrefix, anna, keys, kNow));
  const std::size_t value = cookie.find('=') + 1;
  for (std::size_t at = value; at < cookie.size(); ++at) {
    std::string changed = cookie;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(find(changed, anna, keys)) << at;
    EXPECT_FALSE(find(cookie.substr(0, at), anna, keys));
  }
  for (const std::string& text : {std::string(), std::string(5000, 'A'), std::string("%00"), cookie + "A"}) {
    EXPECT_FALSE(find("__Host-portal-device=" + text, anna, keys));
  }
}

}  // namespace
}  // namespace portal::auth
