// The cookie of a device on which a login has succeeded. It opens nothing: tries that come with it are counted apart
// from those of strangers, so that its owner gets in while others are guessing (SECURITY R06).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "crypto/digest.hpp"
#include "crypto/keyring.hpp"
#include "http/cookie.hpp"
#include "http/request.hpp"

namespace portal::auth {

using DeviceId = std::array<std::uint8_t, 16>;

// What a device is known for.
struct KnownLogin {
  std::int64_t account_id;
  crypto::Digest login;  // hash_login
};

// The device of a request, when its cookie was made for this very login less than a year ago.
std::optional<DeviceId> find_device(const http::Request& request, http::CookieMode mode, const KnownLogin& login,
                                    const crypto::Keyring& keys,
                                    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

// A value of Set-Cookie, with a new device every time.
std::string format_device_cookie(http::CookieMode mode, const KnownLogin& login, const crypto::Keyring& keys,
                                 std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

}  // namespace portal::auth
