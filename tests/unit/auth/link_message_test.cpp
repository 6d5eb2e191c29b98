#include "auth/link_message.hpp"

#include <gtest/gtest.h>

namespace portal::auth {
namespace {

constexpr std::string_view kUrl = "https://portal.example.com/confirm#kq3Xv0mZ8yJt5cWbR2nHdP7sLfA9uEoG4iTxYjV6B1M";

class LinkMessageTest : public testing::Test {
 protected:
  crypto::Keyring keys_ = std::move(*crypto::Keyring::parse(crypto::generate_keys().view()));
  LinkMessage message_ = std::move(*seal_link_message(7, kUrl, keys_));
};

TEST_F(LinkMessageTest, OpensWhereItStands) {
  const Result<crypto::SecretString> opened = crypto::unseal(message_.payload.key_id, message_.payload.bytes,
                                                             outbox_payload_place(7, message_.reference), keys_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->view(), R"({"url":")" + std::string(kUrl) + R"("})");
}

TEST_F(LinkMessageTest, OpensNowhereElse) {
  const LinkMessage other = *seal_link_message(7, kUrl, keys_);
  EXPECT_NE(other.reference, message_.reference);
  for (const crypto::Context& place :
       {outbox_payload_place(8, message_.reference), outbox_payload_place(7, other.reference)}) {
    EXPECT_FALSE(crypto::unseal(message_.payload.key_id, message_.payload.bytes, place, keys_));
  }
}

TEST_F(LinkMessageTest, ShowsNothingOfTheLink) {
  const std::string_view bytes = crypto::text_of(message_.payload.bytes);
  EXPECT_EQ(bytes.find("portal.example.com"), std::string_view::npos);
  EXPECT_EQ(bytes.find("kq3Xv0mZ8yJt5cWb"), std::string_view::npos);
  EXPECT_EQ(kUrl.find(message_.reference), std::string_view::npos);
}

}  // namespace
}  // namespace portal::auth
