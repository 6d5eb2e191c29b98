#include "crypto/keyring.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/limits.hpp"
#include "crypto/bytes.hpp"
#include "crypto/fixed_keys.hpp"

namespace portal::crypto {
namespace {

using enum KeyPurpose;

constexpr std::string_view kSecondPepper = "pepper k2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";

std::string refusal(std::string_view text) {
  const Result<Keyring> keyring = Keyring::parse(text);
  return keyring ? "taken" : keyring.error().log_detail;
}

TEST(Keyring, WritesWithTheNewestAndReadsWithAll) {
  const Keyring keyring = make_keyring(std::string(kFixedKeys) + std::string(kSecondPepper));
  EXPECT_EQ(keyring.newest(kPepper).id, "k2");
  EXPECT_EQ(keyring.newest(kCursor).id, "k1");
  EXPECT_EQ(keyring.all(kPepper).size(), 2U);
  ASSERT_NE(keyring.find(kPepper, "k1"), nullptr);
  EXPECT_EQ(keyring.find(kPepper, "k1")->secret.bytes()[0], 32);
  EXPECT_EQ(keyring.find(kCursor, "k2"), nullptr);
  EXPECT_EQ(keyring.find(kPepper, ""), nullptr);
}

TEST(Keyring, TakesCommentsAndBlanks) {
  EXPECT_EQ(refusal("# a comment\n\n \t \n" + std::string(kFixedKeys) + "  # another"), "taken");
}

TEST(Keyring, RefusesAndNamesTheLineButNotTheSecret) {
  struct Case {
    std::string line;
    std::string why;
  };
  const std::string secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
  const Case cases[] = {
      {"peper k2 " + secret, "the purpose is none of cursor, pepper, encryption, session-cache"},
      {"pepper k2 " + secret + " more", "more than a purpose, an id and a key"},
      {"pepper k$2 " + secret, "the id is not made of 1 to 32 letters, digits, dots and hyphens"},
      {"pepper k,2 " + secret, "the id is not made of 1 to 32 letters, digits, dots and hyphens"},
      {"pepper " + std::string(33, 'k') + " " + secret,
       "the id is not made of 1 to 32 letters, digits, dots and hyphens"},
      {"pepper", "the id is not made of 1 to 32 letters, digits, dots and hyphens"},
      {"pepper k1 " + secret, "the id stands twice"},
      {"pepper k2", "the key is not base64url of 32 bytes"},
      {"pepper k2 " + secret.substr(2), "the key is not base64url of 32 bytes"},
      {"pepper k2 " + secret + "AA", "the key is not base64url of 32 bytes"},
      {"pepper k2 " + secret.substr(1) + "=", "the key is not base64url of 32 bytes"},
      {"pepper k2 " + secret + "\r", "the key is not base64url of 32 bytes"},
  };
  for (const Case& refused : cases) {
    EXPECT_EQ(refusal(std::string(kFixedKeys) + refused.line + "\n"), "key file, line 6: " + refused.why)
        << refused.line;
  }
  EXPECT_EQ(refusal(std::string(kFixedKeys) + "pepper " + std::string(32, 'k') + " " + secret), "taken");
}

TEST(Keyring, NeedsAKeyForEachPurpose) {
  EXPECT_EQ(refusal(""), "key file: there is no key for cursor");
  EXPECT_EQ(refusal(kFixedKeys.substr(0, kFixedKeys.find("session-cache"))),
            "key file: there is no key for session-cache");
}

TEST(Keyring, IsBounded) {
  std::string text(kFixedKeys);
  text += "#" + std::string(limits::kKeyFileBytes - text.size() - 1, 'x');
  EXPECT_EQ(refusal(text), "taken");
  EXPECT_EQ(refusal(text + "x"), "key file: it is too long");
}

class KeyFile : public testing::Test {
 protected:
  KeyFile() {
    char name[] = "/tmp/portal-keys-XXXXXX";
    folder_ = ::mkdtemp(name);
    path_ = folder_ + "/keys";
  }
  ~KeyFile() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text, mode_t mode) {
    std::ofstream(path_) << text;
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }
  std::string load() const {
    const Result<Keyring> keyring = Keyring::load(path_);
    return keyring ? "taken" : keyring.error().log_detail;
  }

  std::string folder_;
  std::string path_;
};

TEST_F(KeyFile, IsCreatedForItsOwnerAloneAndReadBack) {
  const mode_t mask = ::umask(0);
  const Result<void> created = create_key_file(path_);
  ::umask(mask);
  ASSERT_TRUE(created);
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  const Result<Keyring> keyring = Keyring::load(path_);
  ASSERT_TRUE(keyring);
  EXPECT_NE(keyring->newest(kPepper).secret.bytes(), keyring->newest(kCursor).secret.bytes());
}

TEST_F(KeyFile, ThatIsThereIsNeverTouched) {
  write("precious", 0600);
  const Result<void> created = create_key_file(path_);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::kConflict);
  std::string text;
  std::ifstream(path_) >> text;
  EXPECT_EQ(text, "precious");
}

TEST_F(KeyFile, IsRefusedWhenOthersMayReadOrWriteIt) {
  for (const mode_t mode : std::initializer_list<mode_t>{0640, 0604, 0620, 0602, 0610, 0601, 0644}) {
    write(kFixedKeys, mode);
    EXPECT_EQ(load(), "key file " + path_ + ": others than its owner may read or write it; its mode must be 0600");
  }
  for (const mode_t mode : std::initializer_list<mode_t>{0600, 0400}) {
    write(kFixedKeys, mode);
    EXPECT_EQ(load(), "taken");
  }
}

TEST_F(KeyFile, IsRefusedWhenItIsNoFileOrTooLong) {
  EXPECT_EQ(load(), "key file " + path_ + ": No such file or directory");
  write(std::string(limits::kKeyFileBytes + 1, '#'), 0600);
  EXPECT_EQ(load(), "key file " + path_ + ": it is too long");
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(load(), "key file " + path_ + ": it is not a regular file");
  std::filesystem::remove(path_);
  // Opening a pipe without a writer must not wait for one.
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(load(), "key file " + path_ + ": it is not a regular file");
}

TEST_F(KeyFile, KeepsItsOldKeysWhenOneIsRotated) {
  write(kFixedKeys.substr(0, kFixedKeys.size() - 1), 0600);  // without the last line's end
  const Result<std::string> id = rotate_key(path_, kPepper);
  ASSERT_TRUE(id);
  const Result<Keyring> keyring = Keyring::load(path_);
  ASSERT_TRUE(keyring);
  EXPECT_EQ(keyring->newest(kPepper).id, *id);
  EXPECT_NE(keyring->find(kPepper, "k1"), nullptr);
  EXPECT_EQ(keyring->newest(kSessionCache).id, "k1");
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(KeyFile, IsRotatedByOneAtATime) {
  write(kFixedKeys, 0600);
  std::ofstream(path_ + ".new") << "somebody else is at it";
  const Result<std::string> id = rotate_key(path_, kPepper);
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, ErrorCode::kConflict);
  EXPECT_EQ(load(), "taken");
}

}  // namespace
}  // namespace portal::crypto
