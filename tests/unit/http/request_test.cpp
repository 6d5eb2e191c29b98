#include "http/request.hpp"

#include <array>

#include <gtest/gtest.h>

namespace portal::http {
namespace {

TEST(Method, ReadsNamesExactly) {
  for (const char* name : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    EXPECT_EQ(name_of(parse_method(name)), name);
  }
  for (const char* name : {"", "get", "Post", "GETT", "TRACE", "CONNECT", "PROPFIND"}) {
    EXPECT_EQ(parse_method(name), Method::kOther) << name;
  }
  EXPECT_EQ(name_of(Method::kOther), "OTHER");
}

TEST(Method, OnlyReadingIsSafe) {
  for (const Method method : {Method::kGet, Method::kHead, Method::kOptions}) EXPECT_TRUE(is_safe(method));
  for (const Method method : {Method::kPost, Method::kPut, Method::kPatch, Method::kDelete, Method::kOther}) {
    EXPECT_FALSE(is_safe(method));
  }
}

TEST(Request, FindsHeadersInAnyCase) {
  const std::array<Header, 3> headers = {{{"Portal-Membership", "7"}, {"X-Two", "a"}, {"x-two", "b"}}};
  Request request;
  request.headers = headers;
  EXPECT_EQ(request.header("portal-membership"), "7");
  EXPECT_EQ(request.header("X-TWO"), "a");
  EXPECT_EQ(request.count_headers("x-Two"), 2U);
  EXPECT_EQ(request.header("X-Three"), std::nullopt);
  EXPECT_EQ(request.count_headers("X-Three"), 0U);
  EXPECT_EQ(request.header("Portal"), std::nullopt);
}

TEST(Request, ComparesWithoutCaseInAsciiOnly) {
  EXPECT_TRUE(equals_ignoring_case("ORIGIN", "origin"));
  EXPECT_FALSE(equals_ignoring_case("origin", "origins"));
  // The bit that tells a from A also tells "[" from "{" and "@" from "`".
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
}

TEST(Request, TrimsBlanksOnly) {
  EXPECT_EQ(trim_blanks(" \t a b \t"), "a b");
  EXPECT_EQ(trim_blanks(" \t"), "");
  EXPECT_EQ(trim_blanks("\na"), "\na");
}

}  // namespace
}  // namespace portal::http
