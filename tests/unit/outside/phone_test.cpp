#include "send/phone.hpp"

#include <gtest/gtest.h>

namespace portal::outside {
namespace {

TEST(Phone, IsResolvedWithTheCountryOfTheAccount) {
  EXPECT_EQ(resolve_phone("020 7946 0101", "GB"), "+442079460101");
  EXPECT_EQ(resolve_phone("(020) 7946-0101", "GB"), "+442079460101");
  EXPECT_EQ(resolve_phone("+44 20 7946 0101", ""), "+442079460101");
  EXPECT_EQ(resolve_phone("+44 20 7946 0101", "ES"), "+442079460101");
  EXPECT_EQ(resolve_phone("0044 20 7946 0101", "ES"), "+442079460101");
  EXPECT_EQ(resolve_phone("600 123 456", "ES"), "+34600123456");
  EXPECT_EQ(resolve_phone("06 1234 5678", "IT"), "+390612345678") << "the zero stays in Italy";
  EXPECT_EQ(resolve_phone("(212) 555-0123", "US"), "+12125550123");
}

TEST(Phone, ReasonsCanBeRead) {
  const auto reason = [](std::string_view text, std::string_view country) {
    const Result<std::string> resolved = resolve_phone(text, country);
    return resolved ? "resolved as " + *resolved : resolved.error().log_detail;
  };
  EXPECT_EQ(reason("020 7946 0101", ""), "the number has no country in front, and the account says none");
  EXPECT_EQ(reason("nobody", "GB"), "the recipient is no phone number");
  EXPECT_EQ(reason("", "GB"), "the recipient is no phone number");
  EXPECT_EQ(reason("+44 20", "GB"), "the number is too short for its country");
  EXPECT_EQ(reason("+44 20 7946 0101 0101", "GB"), "the number is too long for its country");
  EXPECT_EQ(reason("+1234567890123456789", ""), "the number is too long");
  EXPECT_EQ(reason(std::string(200, '1'), "GB"), "the recipient is no phone number");
}

TEST(Phone, CountriesThatHaveNumbers) {
  EXPECT_TRUE(is_phone_country("GB"));
  EXPECT_FALSE(is_phone_country("XX"));
  EXPECT_FALSE(is_phone_country("gb"));
}

TEST(Phone, IsReadInTheFormsThatPeopleDial) {
  const Result<PhoneForms> mobile = read_phone("07700 900123", "GB");
  ASSERT_TRUE(mobile);
  EXPECT_EQ(mobile->e164, "+447700900123");
  EXPECT_EQ(mobile->national, "07700900123");
  const Result<PhoneForms> abroad = read_phone("+44 7700 900123", "ES");
  ASSERT_TRUE(abroad);
  EXPECT_EQ(abroad->national, "07700900123") << "as at home, not as in the account's country";
  const Result<PhoneForms> italian = read_phone("06 1234 5678", "IT");
  ASSERT_TRUE(italian);
  EXPECT_EQ(italian->national, "0612345678");
  EXPECT_FALSE(read_phone("ask Vera", "GB"));
  EXPECT_FALSE(read_phone("7700 900123", ""));
}

}  // namespace
}  // namespace portal::outside
