#include "crypto/secret.hpp"

#include <algorithm>
#include <new>

#include <gtest/gtest.h>

namespace portal::crypto {
namespace {

TEST(SecretString, HoldsTextAndMoves) {
  SecretString secret("correct horse");
  EXPECT_EQ(secret.view(), "correct horse");
  SecretString moved = std::move(secret);
  EXPECT_EQ(moved.view(), "correct horse");
  moved = SecretString("battery");
  EXPECT_EQ(moved.view(), "battery");
  EXPECT_EQ(moved.copy().view(), "battery");
  EXPECT_EQ(join(moved, SecretString(" staple")).view(), "battery staple");
  EXPECT_TRUE(SecretString().empty());
  EXPECT_EQ(SecretString::of_size(3).view(), std::string_view("\0\0\0", 3));
}

TEST(SecretString, NeverLeavesACopyByAccident) {
  static_assert(!std::is_copy_constructible_v<SecretString> && !std::is_copy_assignable_v<SecretString>);
  static_assert(!std::is_copy_constructible_v<SecretKey> && !std::is_copy_assignable_v<SecretKey>);
}

TEST(SecretKey, IsOverwrittenAtItsEndAndWhenMoved) {
  SecretKey::Array bytes;
  bytes.fill(0xA5);
  alignas(SecretKey) std::array<unsigned char, sizeof(SecretKey)> memory;
  memory.fill(0);
  auto* key = new (memory.data()) SecretKey(bytes);
  ASSERT_TRUE(std::ranges::count(memory, 0xA5) == 32);
  const SecretKey moved = std::move(*key);
  EXPECT_EQ(moved.bytes(), bytes);
  EXPECT_EQ(std::ranges::count(memory, 0xA5), 0);

  key->~SecretKey();
  key = new (memory.data()) SecretKey(bytes);
  ASSERT_TRUE(std::ranges::count(memory, 0xA5) == 32);
  key->~SecretKey();
  EXPECT_EQ(std::ranges::count(memory, 0xA5), 0);
}

}  // namespace
}  // namespace portal::crypto
