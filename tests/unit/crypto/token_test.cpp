#include "crypto/token.hpp"

#include <set>

#include <gtest/gtest.h>

namespace portal::crypto {
namespace {

TEST(Token, HasOneTextOfFixedLength) {
  std::set<std::string> texts;
  for (int round = 0; round < 100; ++round) {
    const Token token = Token::generate();
    const std::string text = token.text();
    EXPECT_EQ(text.size(), 43U);
    EXPECT_TRUE(texts.insert(text).second);
    const std::optional<Token> parsed = Token::parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->text(), text);
    EXPECT_EQ(parsed->hash(), token.hash());
  }
}

TEST(Token, HashIsThatOfItsBytes) {
  const std::optional<Token> token = Token::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  ASSERT_TRUE(token);
  EXPECT_EQ(encode_hex(token->hash()), "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd");
}

TEST(Token, RefusesEveryOtherText) {
  const std::string text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
  for (const std::string& other :
       {std::string(), text.substr(1), text + "A", text + "=", " " + text, text.substr(0, 42) + "9",
        "+" + text.substr(1), "/" + text.substr(1), text.substr(0, 42) + "\n", std::string(43, '\0')}) {
    EXPECT_FALSE(Token::parse(other)) << other;
  }
}

}  // namespace
}  // namespace portal::crypto
