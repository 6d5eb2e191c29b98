#pragma once

#include <stdexcept>
#include <string_view>

#include "crypto/keyring.hpp"

namespace portal::crypto {

// Keys that are no secret, for values that were computed by another program with the same keys.
inline constexpr std::string_view kFixedKeys = R"(
cursor k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8
pepper k1 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8
encryption k1 QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8
session-cache k1 YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8
)";

inline Keyring make_keyring(std::string_view text) {
  Result<Keyring> keyring = Keyring::parse(text);
  if (!keyring) throw std::runtime_error(keyring.error().log_detail);
  return std::move(*keyring);
}

inline Keyring fixed_keyring() { return make_keyring(kFixedKeys); }

}  // namespace portal::crypto
