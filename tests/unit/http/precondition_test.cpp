#include "http/precondition.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace portal::http {
namespace {

bool has(const std::vector<std::string_view>& values) {
  std::vector<Header> headers;
  for (const std::string_view value : values) headers.push_back({"If-None-Match", value});
  Request request;
  request.headers = headers;
  return has_current_copy(request, "\"abc\"");
}

TEST(Precondition, TagsThatAreNamed) {
  for (const std::string_view list :
       {"\"abc\"", "*", " * ", "W/\"abc\"", "\"x\", \"abc\"", "\"x\" ,\"abc\",", "\"x\",,\"abc\""})
    EXPECT_TRUE(has({list})) << list;
  EXPECT_TRUE(has({"\"x\"", "\"abc\""}));
}

TEST(Precondition, WhatNamesNothing) {
  EXPECT_FALSE(has({}));
  for (const std::string_view list :
       {"", "abc", "\"abc", "abc\"", "\"ABC\"", "\"abcd\"", "\"x\"", "w/\"abc\"", "\"x\" \"abc\"", "x, \"abc\"", "**"})
    EXPECT_FALSE(has({list})) << list;
}

}  // namespace
}  // namespace portal::http
