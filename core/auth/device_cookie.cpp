#include "auth/device_cookie.hpp"

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "crypto/bytes.hpp"

namespace portal::auth {
namespace {

constexpr std::string_view kCookie = "portal-device";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kDayBytes = 4;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kPayloadBytes = 1 + kDayBytes + std::tuple_size_v<DeviceId>;
constexpr std::chrono::days kLifetime{365};

using Payload = std::array<std::uint8_t, kPayloadBytes>;

std::int64_t day_of(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

// The key of cursors signs here too; the context keeps the two apart.
crypto::Digest sign(const crypto::Key& key, const KnownLogin& login, crypto::Bytes payload) {
  crypto::Context context("device");
  context.add(login.account_id).add(crypto::text_of(login.login));
  return crypto::hmac_sha256(key.secret.bytes(), {crypto::sha256(context.bytes()), payload});
}

}  // namespace

std::optional<DeviceId> find_device(const http::Request& request, http::CookieMode mode, const KnownLogin& login,
                                    const crypto::Keyring& keys, std::chrono::system_clock::time_point now) {
  const std::optional<std::string_view> value = http::find_cookie(request.headers, http::cookie_name(kCookie, mode));
  if (!value || value->size() > 2 * (kPayloadBytes + kTagBytes)) return std::nullopt;
  const std::optional<std::vector<std::uint8_t>> decoded = crypto::decode_base64url(*value);
  if (!decoded || decoded->size() != kPayloadBytes + kTagBytes) return std::nullopt;
  const crypto::Bytes payload = crypto::Bytes(*decoded).first(kPayloadBytes);
  const crypto::Bytes tag = crypto::Bytes(*decoded).last(kTagBytes);
  bool genuine = false;
  for (const crypto::Key& key : keys.all(crypto::KeyPurpose::kCursor)) {
    const crypto::Digest signature = sign(key, login, payload);
    if (crypto::constant_time_equal(crypto::Bytes(signature).first(kTagBytes), tag)) genuine = true;
  }
  if (!genuine || payload.front() != kVersion) return std::nullopt;
  std::int64_t day = 0;
  for (const std::uint8_t byte : payload.subspan(1, kDayBytes)) day = day << 8 | byte;
  if (day_of(now) - day >= kLifetime.count()) return std::nullopt;
  DeviceId device;
  std::ranges::copy(payload.subspan(1 + kDayBytes), device.begin());
  return device;
}

std::string format_device_cookie(http::CookieMode mode, const KnownLogin& login, const crypto::Keyring& keys,
                                 std::chrono::system_clock::time_point now) {
  Payload payload{kVersion};
  const auto day = static_cast<std::uint64_t>(day_of(now));
  for (std::size_t at = 0; at < kDayBytes; ++at) {
    payload[1 + at] = static_cast<std::uint8_t>(day >> (8 * (kDayBytes - 1 - at)) & 0xFFU);
  }
  fill_random(std::span(payload).subspan(1 + kDayBytes));
  const crypto::Digest signature = sign(keys.newest(crypto::KeyPurpose::kCursor), login, payload);
  std::vector<std::uint8_t> bytes(payload.begin(), payload.end());
  bytes.insert(bytes.end(), signature.begin(), signature.begin() + kTagBytes);
  const std::string value = crypto::encode_base64url(bytes);
  return http::format_set_cookie(
      {.base_name = kCookie, .value = value, .maximum_age = kLifetime, .mode = mode, .http_only = true});
}

}  // namespace portal::auth
