// Which requests may be repeated, and what makes two of them the same one.
#include "access/repeatable.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::access {
namespace {

RepeatableRequest read(std::string_view key, std::string_view path, std::string_view body) {
  const std::vector<http::Header> headers = {{"idempotency-key", key}};
  http::Request request;
  request.method = http::Method::kPost;
  request.path = path;
  request.body = body;
  request.headers = headers;
  return read_repeatable(request)->value();
}

TEST(Repeatable, WithoutAKeyNothingIsKept) { EXPECT_FALSE(read_repeatable(http::Request())->has_value()); }

TEST(Repeatable, TheSameRequestHasTheSameHashAndAnotherAnother) {
  const RepeatableRequest first = read("key", "/api/v1/staff/users", "{}");
  EXPECT_EQ(first.hash, read("key", "/api/v1/staff/users", "{}").hash);
  EXPECT_EQ(first.key, read("key", "/api/v1/staff/clients", "{}").key);
  EXPECT_NE(first.hash, read("key", "/api/v1/staff/clients", "{}").hash);
  EXPECT_NE(first.hash, read("key", "/api/v1/staff/users", "{ }").hash);
  EXPECT_EQ(first.route, "POST /api/v1/staff/users");
}

TEST(Repeatable, OfALongPathTheBeginningIsKeptAndAllOfItCounts) {
  const std::string path = "/" + std::string(limits::kRepeatableRouteBytes, 'a');
  EXPECT_EQ(read("key", path, "").route.size(), std::string_view("POST ").size() + limits::kRepeatableRouteBytes);
  EXPECT_NE(read("key", path + "b", "").hash, read("key", path + "c", "").hash);
}

TEST(Repeatable, KeysAreVisibleAscii) {
  const auto refused = [](std::string_view key) {
    const std::vector<http::Header> headers = {{"Idempotency-Key", key}};
    http::Request request;
    request.headers = headers;
    return !read_repeatable(request).has_value();
  };
  EXPECT_FALSE(refused(std::string(limits::kIdempotencyKeyBytes, 'x')));
  for (const std::string& key : {std::string(limits::kIdempotencyKeyBytes + 1, 'x'), std::string(), std::string("a b"),
                                 std::string("\x7f"), std::string("\xc3\xa9")})
    EXPECT_TRUE(refused(key)) << key;
}

}  // namespace
}  // namespace portal::access
