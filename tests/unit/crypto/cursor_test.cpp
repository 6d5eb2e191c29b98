#include "crypto/cursor.hpp"

#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "crypto/fixed_keys.hpp"

namespace portal::crypto {
namespace {

const Keyset kKeyset = {1'700'000'000'000'000, std::nullopt, -5};
// Made by another program with the fixed keys.
constexpr std::string_view kCursor = "AQEABgokGB5AAAAAAAAAAAAAAAH_________-53Rx9XFcEz9EVzrreLZ6jA";

Context list() { return Context("GET /jobs").add(3).add("planned"); }

bool opens(std::string_view cursor, std::size_t values, const Context& context, const Keyring& keys) {
  const Result<Keyset> keyset = open_cursor(cursor, values, context, keys);
  if (!keyset) {
    EXPECT_EQ(keyset.error().code, ErrorCode::kInvalidCursor);
  }
  return keyset.has_value();
}

TEST(SignedCursor, HasTheFormThatAnotherProgramMakes) {
  const Keyring keys = fixed_keyring();
  EXPECT_EQ(sign_cursor(kKeyset, list(), keys), kCursor);
  EXPECT_EQ(open_cursor(kCursor, 3, list(), keys).value(), kKeyset);
}

TEST(SignedCursor, CarriesEveryValue) {
  const Keyring keys = fixed_keyring();
  const Keyset extremes = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 0,
                           std::nullopt};
  EXPECT_EQ(open_cursor(sign_cursor(extremes, list(), keys), 4, list(), keys).value(), extremes);
  EXPECT_EQ(open_cursor(sign_cursor({}, list(), keys), 0, list(), keys).value(), Keyset());
}

TEST(SignedCursor, OpensInItsOwnListOnly) {
  const Keyring keys = fixed_keyring();
  EXPECT_FALSE(opens(kCursor, 3, Context("GET /sites").add(3).add("planned"), keys));
  EXPECT_FALSE(opens(kCursor, 3, Context("GET /jobs").add(4).add("planned"), keys));
  EXPECT_FALSE(opens(kCursor, 3, Context("GET /jobs").add(3).add("active"), keys));
  EXPECT_FALSE(opens(kCursor, 3, Context("GET /jobs").add(3), keys));
  EXPECT_FALSE(opens(kCursor, 2, list(), keys));
  EXPECT_FALSE(opens(kCursor, 4, list(), keys));
}

TEST(SignedCursor, IsRefusedWithAnyCharacterChanged) {
  const Keyring keys = fixed_keyring();
  for (std::size_t place = 0; place < kCursor.size(); ++place) {
    for (const char other : {'A', '_', 'x', '=', '\0'}) {
      std::string changed(kCursor);
      if (changed[place] == other) continue;
      changed[place] = other;
      EXPECT_FALSE(opens(changed, 3, list(), keys)) << changed;
    }
  }
  for (std::size_t length = 0; length < kCursor.size(); ++length)
    EXPECT_FALSE(opens(kCursor.substr(0, length), 3, list(), keys));
  EXPECT_FALSE(opens(std::string(kCursor) + "A", 3, list(), keys));
  EXPECT_FALSE(opens(std::string(kCursor) + "AAAA", 3, list(), keys));
}

TEST(SignedCursor, OutlivesTheRotationOfItsKeyButNotItsRemoval) {
  const std::string second = "cursor k2 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8\n";
  const Keyring rotated = make_keyring(std::string(kFixedKeys) + second);
  EXPECT_TRUE(opens(kCursor, 3, list(), rotated));
  const std::string newer = sign_cursor(kKeyset, list(), rotated);
  EXPECT_NE(newer, kCursor);
  EXPECT_TRUE(opens(newer, 3, list(), rotated));
  EXPECT_FALSE(opens(newer, 3, list(), fixed_keyring()));
}

TEST(SignedCursor, IsBounded) {
  const Keyring keys = fixed_keyring();
  const std::string longest = sign_cursor(Keyset(limits::kKeysetValues, 1), list(), keys);
  EXPECT_LE(longest.size(), limits::kCursorBytes);
  EXPECT_TRUE(opens(longest, limits::kKeysetValues, list(), keys));
  EXPECT_THROW(sign_cursor(Keyset(limits::kKeysetValues + 1, 1), list(), keys), std::logic_error);
  EXPECT_FALSE(opens(std::string(limits::kCursorBytes + 1, 'A'), 3, list(), keys));
}

}  // namespace
}  // namespace portal::crypto
