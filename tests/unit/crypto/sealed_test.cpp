#include "crypto/sealed.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "crypto/fixed_keys.hpp"

namespace portal::crypto {
namespace {

Context place() { return Context("outbox.payload").add(3).add(7); }

std::string unsealed(std::string_view key_id, Bytes bytes, const Context& where, const Keyring& keys) {
  const Result<SecretString> opened = unseal(key_id, bytes, where, keys);
  return opened ? std::string(opened->view()) : "refused";
}

TEST(Sealed, OfAnotherProgramIsOpened) {
  // AES-256-GCM by another library, with the nonce 00 01 ... 0b.
  const auto bytes = decode_hex(
      "000102030405060708090a0b4a6a1e0c16e06ac5ba73edb2d488e2d8eca902680f38c4258f548d8ef622ac9428d891695ac3df3e587c82");
  EXPECT_EQ(unsealed("k1", bytes.value(), place(), fixed_keyring()), "portal.example.com/activate");
}

TEST(Sealed, IsOpenedWhereItWasSealed) {
  const Keyring keys = fixed_keyring();
  for (const std::string& plaintext : {std::string(), std::string("a"), std::string(1000, '\0'), std::string("ñ€")}) {
    const Result<Sealed> sealed = seal(plaintext, place(), keys);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->key_id, "k1");
    EXPECT_EQ(sealed->bytes.size(), plaintext.size() + 28);
    EXPECT_EQ(unsealed("k1", sealed->bytes, place(), keys), plaintext);
  }
  EXPECT_TRUE(seal({}, place(), keys));
}

TEST(Sealed, NeverLooksTheSameTwice) {
  const Keyring keys = fixed_keyring();
  EXPECT_NE(seal("a", place(), keys)->bytes, seal("a", place(), keys)->bytes);
}

TEST(Sealed, IsRefusedElsewhere) {
  const Keyring keys = fixed_keyring();
  const Sealed sealed = seal("secret", place(), keys).value();
  EXPECT_EQ(unsealed("k1", sealed.bytes, Context("outbox.payload").add(3).add(8), keys), "refused");
  EXPECT_EQ(unsealed("k1", sealed.bytes, Context("outbox.payload").add(4).add(7), keys), "refused");
  EXPECT_EQ(unsealed("k1", sealed.bytes, Context("outbox.recipient").add(3).add(7), keys), "refused");
  EXPECT_EQ(unsealed("k2", sealed.bytes, place(), keys), "refused");
  const Keyring rotated =
      make_keyring(std::string(kFixedKeys) + "encryption k2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n");
  EXPECT_EQ(unsealed("k2", sealed.bytes, place(), rotated), "refused");
  EXPECT_EQ(unsealed("k1", sealed.bytes, place(), rotated), "secret");
  EXPECT_EQ(seal("secret", place(), rotated)->key_id, "k2");
}

TEST(Sealed, IsRefusedWithAnyBitChangedAndAnyByteLost) {
  const Keyring keys = fixed_keyring();
  const Sealed sealed = seal("secret", place(), keys).value();
  for (std::size_t bit = 0; bit < sealed.bytes.size() * 8; ++bit) {
    std::vector<std::uint8_t> changed = sealed.bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(unsealed("k1", changed, place(), keys), "refused");
  }
  for (std::size_t length = 0; length < sealed.bytes.size(); ++length) {
    EXPECT_EQ(unsealed("k1", Bytes(sealed.bytes).first(length), place(), keys), "refused");
  }
}

TEST(Sealed, IsBounded) {
  const Keyring keys = fixed_keyring();
  const std::string longest(limits::kSealedBytes, 'x');
  const Result<Sealed> sealed = seal(longest, place(), keys);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(unsealed("k1", sealed->bytes, place(), keys), longest);
  EXPECT_FALSE(seal(longest + "x", place(), keys));
  EXPECT_EQ(unsealed("k1", std::vector<std::uint8_t>(sealed->bytes.size() + 1), place(), keys), "refused");
}

}  // namespace
}  // namespace portal::crypto
