#include "base/ids.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace portal {
namespace {

TEST(Ids, ReadsWhatItWrites) {
  for (const std::int64_t id : {std::int64_t{1}, std::int64_t{42}, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(parse_id(format_id(id)), id);
  }
}

TEST(Ids, RefusesEveryOtherForm) {
  for (const char* text : {"", "0", "-1", "+1", "01", " 1", "1 ", "1.0", "1e3", "0x10", "9223372036854775808",
                           "99999999999999999999", "abc", "1a", "\xD9\xA1"}) {
    EXPECT_EQ(parse_id(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_id(std::string_view("1\0", 2)), std::nullopt);
}

TEST(Ids, OfDifferentKindsDoNotMix) {
  static_assert(!std::is_convertible_v<ClientId, MemberId> && !std::is_constructible_v<ClientId, MemberId>);
  static_assert(!std::is_convertible_v<std::int64_t, ClientId>);
  EXPECT_FALSE(ClientId());
  EXPECT_TRUE(ClientId(1));
  EXPECT_LT(ClientId(1), ClientId(2));
}

}  // namespace
}  // namespace portal
