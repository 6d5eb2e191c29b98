#include <gtest/gtest.h>

#include "auth/link_message.hpp"
#include "crypto/token.hpp"
#include "features/activation/email_change.hpp"
#include "features/activation/invitation.hpp"
#include "features/activation/routes.hpp"
#include "json/scanner.hpp"

namespace portal::features {
namespace {

std::string_view parameter(const pg::Query& query, std::size_t index) {
  return {query.parameters.value(index), static_cast<std::size_t>(query.parameters.length(index))};
}

TEST(ActivationRoutes, AreOpenAndChangeThingsByPostAlone) {
  for (const edge::Route& route : activation_routes()) {
    EXPECT_EQ(route.method, http::Method::kPost) << route.path;
    EXPECT_EQ(route.audience, edge::Audience::kAnyone) << route.path;
  }
  EXPECT_EQ(activation_routes().size(), 3U);
}

TEST(MaskAddress, LeavesOneLetterOrThreeDigits) {
  EXPECT_EQ(mask_address("kim.late@acme.example.com"), "k\u2022\u2022\u2022@acme.example.com");
  EXPECT_EQ(mask_address("\u00f1andu@mail.example"), "\u00f1\u2022\u2022\u2022@mail.example");
  EXPECT_EQ(mask_address("a@b"), "a\u2022\u2022\u2022@b");
  EXPECT_EQ(mask_address("@b"), "\u2022\u2022\u2022@b");
  EXPECT_EQ(mask_address("+4415550110"), "\u2022\u2022\u2022110");
  EXPECT_EQ(mask_address("110"), "\u2022\u2022\u20220");
  EXPECT_EQ(mask_address(""), "\u2022\u2022\u2022");
}

class EmailChangeTest : public testing::Test {
 protected:
  crypto::Keyring keys_ = std::move(*crypto::Keyring::parse(crypto::generate_keys().view()));
  access::Account account_{.id = 7,
                           .slug = "brightwater",
                           .host = "portal.example.com",
                           .origin = "https://portal.example.com:8443",
                           .time_zone = "Europe/London",
                           .suspended = false};
};

TEST_F(EmailChangeTest, MailsALinkWhoseHashAloneIsKept) {
  const Result<std::vector<pg::Query>> queries =
      ask_for_confirmation(account_, {.member_id = 21, .address = "tom@acme.example", .language = "es"}, keys_);
  ASSERT_TRUE(queries);
  ASSERT_EQ(queries->size(), 2U);
  const pg::Query& token = (*queries)[0];
  const pg::Query& mail = (*queries)[1];
  ASSERT_EQ(token.statement->name, "create_token");
  ASSERT_EQ(mail.statement->name, "create_outbox_message");
  EXPECT_EQ(parameter(token, 1), "email_change");
  EXPECT_EQ(parameter(token, 5), "tom@acme.example");
  EXPECT_EQ(parameter(mail, 4), "tom@acme.example");
  EXPECT_EQ(parameter(mail, 5), "es");

  const Result<crypto::SecretString> payload = crypto::unseal(parameter(mail, 9), crypto::bytes_of(parameter(mail, 8)),
                                                              auth::outbox_payload_place(7, parameter(mail, 1)), keys_);
  ASSERT_TRUE(payload);
  const std::string url = *json::read_text(*json::find_member(payload->view(), "url"));
  const std::string_view start = "https://portal.example.com:8443/confirm#";
  ASSERT_TRUE(url.starts_with(start)) << url;
  const std::optional<crypto::Token> sent = crypto::Token::parse(std::string_view(url).substr(start.size()));
  ASSERT_TRUE(sent);
  EXPECT_EQ(crypto::text_of(sent->hash()), parameter(token, 2));
}

}  // namespace
}  // namespace portal::features
