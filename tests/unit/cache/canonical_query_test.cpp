#include "cache/canonical_query.hpp"

#include <gtest/gtest.h>

namespace portal::test {
namespace {

std::string canonical(std::string_view query) {
  std::string room;
  const std::optional<std::string_view> text = cache::canonical_query(query, room);
  return text ? std::string(*text) : std::string("none");
}

TEST(CanonicalQuery, NamesStandInOneOrder) {
  EXPECT_EQ(canonical(""), "");
  EXPECT_EQ(canonical("limit=20"), "limit=20");
  EXPECT_EQ(canonical("state=planned&limit=20"), "limit=20&state=planned");
  EXPECT_EQ(canonical("limit=20&state=planned"), "limit=20&state=planned");
  EXPECT_EQ(canonical("c&b=2&a=1"), "a=1&b=2&c");
  EXPECT_EQ(canonical("q=a%20b&limit=1"), "limit=1&q=a%20b") << "values stay as they are";
}

// Catches two queries of another meaning that become one: whoever takes the first, or the last, of several.
TEST(CanonicalQuery, OfOneNameTheOrderStays) {
  EXPECT_EQ(canonical("b=2&a=2&a=1&b=1"), "a=2&a=1&b=2&b=1");
  EXPECT_NE(canonical("a=1&a=2"), canonical("a=2&a=1"));
}

TEST(CanonicalQuery, IsNotSureOfOtherNames) {
  for (const std::string_view query : {"%61=1", "a=1&%61=2", "A=1", "=1", "&", "a=1&", "a=1&&b=2", "a+b=1", "a;b=1"})
    EXPECT_EQ(canonical(query), "none") << query;
  std::string many = "a=1";
  for (int number = 0; number < 15; ++number) many += "&a=1";
  EXPECT_EQ(canonical(many), many);
  EXPECT_EQ(canonical(many + "&a=1"), "none");
}

}  // namespace
}  // namespace portal::test
