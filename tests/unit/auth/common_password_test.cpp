#include "auth/common_password.hpp"

#include <array>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace portal::auth {
namespace {

bool is_common(std::string_view password) {
  const std::array<const PasswordList*, 1> lists = {&PasswordList::common()};
  return is_common_password(password, lists);
}

TEST(CommonPassword, ThereAreEnoughThatSatisfyEachLength) {
  EXPECT_GT(PasswordList::common().size(), 40'000U);
  for (const std::string_view listed :
       {"qwerty123456", "unbelievable", "1qaz2wsx3edc4rfv", "finalfantasy", "contortionist"})
    EXPECT_TRUE(is_common(listed)) << listed;
}

TEST(CommonPassword, KnowsAListedWordInEveryCase) {
  for (const std::string_view password : {"password", "PASSWORD", "PassWord", "Administrator", "SUNSHINE"})
    EXPECT_TRUE(is_common(password)) << password;
}

TEST(CommonPassword, KnowsItWithDigitsYearsAndSigns) {
  for (const std::string_view password :
       {"password2026", "password1234567890", "2026password", "!!password!!", "Password-2026!", "  password  ",
        "1999sunshine2026", "letmein!letmein", "Welcome_2026_!", "dragon987654321", "abc123!!!!!!", "1qaz2wsx2026!",
        "q1w2e3r4!!2026", "123456789-2026", "2026.Administrator", "p-a-s-s-w-o-r-d", "pass 2026 word",
        "i love you 2026", "¡password!"})
    EXPECT_TRUE(is_common(password)) << password;
}

TEST(CommonPassword, KnowsItRepeated) {
  for (const std::string_view password :
       {"passwordpassword", "password password", "Password-password-PASSWORD", "abc123abc123", "monkeymonkeymonkey2026",
        "dragon1dragon1", "passsssword", "passworddddddd", "aaaaaaaaaaaa", "abababababab", "xyzxyzxyzxyz",
        "            ", "ññññññññññññ", "🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎"})
    EXPECT_TRUE(is_common(password)) << password;
}

TEST(CommonPassword, KnowsItInDisguise) {
  for (const std::string_view password : {"p@ssw0rd", "P4$$w0rd2026", "$unsh1ne!!99", "adm1n1strat0r", "!l0vey0u2026"})
    EXPECT_TRUE(is_common(password)) << password;
}

TEST(CommonPassword, KnowsRowsOfKeysAndCounting) {
  for (const std::string_view password : {"abcdefghijklm", "zyxwvutsrqpo", "qwertyuiopas", "poiuytrewq12",
                                          "1q2w3e4r5t6y7u", "01234567890123", "98765432109", "azertyuiopqs"})
    EXPECT_TRUE(is_common(password)) << password;
}

TEST(CommonPassword, LeavesGoodOnesAlone) {
  for (const std::string_view password : {"three-blue-kettles",
                                          "five small blue teapots",
                                          "purple teapots on the moon",
                                          "correct horse battery staple",
                                          "seven tall green lamps",
                                          "another fine password",
                                          "the dragon ate my monkey",
                                          "twelve chars",
                                          "928374650192",
                                          "Tr7#kw9-Lm2pQx",
                                          "8f3b2c9de1a74c60",
                                          "gTq4-9xVb-72Lm",
                                          "sunshine over mill lane",
                                          "ñandú y búho",
                                          "mi abuela baila tango",
                                          "4 sail boats & 2 otters",
                                          "banana split tree",
                                          "analogue clocks",
                                          "hola querida vecina",
                                          "12 Mill Lane, Leeds"})
    EXPECT_FALSE(is_common(password)) << password;
}

class PasswordListTest : public testing::Test {
 protected:
  std::string file(std::string_view text) {
    const std::string path = testing::TempDir() + "/passwords." + std::to_string(++count_);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  static bool is_refused(const PasswordList& list, std::string_view password) {
    const std::array<const PasswordList*, 1> lists = {&list};
    return is_common_password(password, lists);
  }
  int count_ = 0;
};

TEST_F(PasswordListTest, TakesPasswordsAndTheirHashes) {
  // SHA-1 of "12345678" and of "password".
  const Result<PasswordList> list =
      PasswordList::load(file("Bluebird Lane\r\n\n7C222FB2927D828AF22F592134E8932480637C0D\n"
                              "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:3861493\nlast line"));
  ASSERT_TRUE(list) << list.error().log_detail;
  EXPECT_EQ(list->size(), 4U);
  for (const std::string_view password :
       {"Bluebird Lane", "bluebird lane", "BLUEBIRD LANE 2026!", "12345678", "password", "last line", "Last Line!"})
    EXPECT_TRUE(is_refused(*list, password)) << password;
  EXPECT_FALSE(is_refused(*list, "bluebird"));
  EXPECT_FALSE(is_refused(*list, "sunshine"));
}

TEST_F(PasswordListTest, SaysWhyAFileIsNone) {
  const auto refused = [](const std::string& path) {
    const Result<PasswordList> list = PasswordList::load(path);
    return list ? std::string("taken") : list.error().log_detail;
  };
  EXPECT_EQ(refused(testing::TempDir() + "/is not there"), "No such file or directory");
  EXPECT_EQ(refused(testing::TempDir()), "it is not a file");
  EXPECT_EQ(refused(file("")), "it holds no password");
  EXPECT_EQ(refused(file("\n\r\n")), "it holds no password");
  EXPECT_EQ(refused(file("one\n" + std::string(1024, 'x'))), "taken");
  EXPECT_EQ(refused(file("one\n" + std::string(1026, 'x') + "\n")), "line 2 is longer than any password");
}

TEST_F(PasswordListTest, HasALimit) {
  EXPECT_TRUE(PasswordList::load(file("a\nb\n\nc\n"), 3));
  const Result<PasswordList> list = PasswordList::load(file("a\nb\n\nc\nd"), 3);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().log_detail, "line 5 is one password more than the 3 that fit");
}

}  // namespace
}  // namespace portal::auth
