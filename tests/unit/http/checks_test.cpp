#include "http/checks.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::http {
namespace {

Request with(const std::vector<Header>& headers, std::string_view body = "{}") {
  Request request;
  request.headers = headers;
  request.body = body;
  return request;
}

TEST(MediaType, TakesJsonInUtf8) {
  for (const char* type : {"application/json", "Application/JSON", "application/json;charset=utf-8",
                           "application/json; charset=UTF-8", "application/json ; Charset=\"utf-8\" "}) {
    EXPECT_TRUE(is_json_media_type(type)) << type;
  }
}

TEST(MediaType, RefusesEverythingElse) {
  for (const char* type : {"", "application/jsonx", "text/json", "application/problem+json", "text/plain",
                           "application/x-www-form-urlencoded", "multipart/form-data", "application/json, text/plain",
                           "application/json; charset=latin1", "application/json; charset=utf-8; x=y",
                           "application/json;", "application/json; version=1"}) {
    EXPECT_FALSE(is_json_media_type(type)) << type;
  }
  EXPECT_FALSE(is_json_media_type("application/json" + std::string(limits::kMediaTypeBytes, ' ')));
}

TEST(JsonBody, NeedsItsMediaTypeOnce) {
  EXPECT_TRUE(require_json_body(with({{"Content-Type", "application/json"}})));
  const std::vector<Header> refused[] = {
      {},
      {{"Content-Type", "text/plain"}},
      {{"Content-Type", "application/json"}, {"Content-Type", "application/json"}},
      {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}},
  };
  for (const std::vector<Header>& headers : refused) {
    const Result<void> result = require_json_body(with(headers));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kUnsupportedMediaType);
  }
}

TEST(JsonBody, IsBounded) {
  const std::vector<Header> headers = {{"Content-Type", "application/json"}};
  const std::string body(limits::kBodyBytes + 1, ' ');
  EXPECT_TRUE(require_json_body(with(headers, std::string_view(body).substr(1))));
  const Result<void> result = require_json_body(with(headers, body));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPayloadTooLarge);
}

TEST(SameOrigin, IsDecidedByFetchMetadataElseByOrigin) {
  constexpr std::string_view kOwn = "https://portal.example.com";
  const std::vector<Header> accepted[] = {
      {{"Sec-Fetch-Site", "same-origin"}},
      {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://portal.example.com"}},
      {{"Origin", "https://portal.example.com"}},
  };
  for (const std::vector<Header>& headers : accepted) EXPECT_TRUE(require_same_origin(with(headers), kOwn));

  const std::vector<Header> refused[] = {
      {},
      {{"Sec-Fetch-Site", "same-site"}},
      {{"Sec-Fetch-Site", "cross-site"}},
      {{"Sec-Fetch-Site", "none"}},
      {{"Sec-Fetch-Site", ""}},
      {{"Sec-Fetch-Site", "Same-Origin"}},
      {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://portal.example.com"}},
      {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "same-origin"}},
      {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://portal.example.com"}},
      {{"Origin", "null"}},
      {{"Origin", ""}},
      {{"Origin", "http://portal.example.com"}},
      {{"Origin", "https://portal.example.com:8443"}},
      {{"Origin", "https://portal.example.com/"}},
      {{"Origin", "https://portal.example.com.evil.test"}},
      {{"Origin", "https://portal.example.com"}, {"Origin", "https://portal.example.com"}},
      {{"Referer", "https://portal.example.com/"}},
      {{"Host", "portal.example.com"}},
  };
  for (const std::vector<Header>& headers : refused) {
    const Result<void> result = require_same_origin(with(headers), kOwn);
    ASSERT_FALSE(result) << testing::PrintToString(headers.size());
    EXPECT_EQ(result.error().code, ErrorCode::kCrossSiteRequest);
  }
  EXPECT_FALSE(require_same_origin(with({{"Origin", ""}}), ""));
}

}  // namespace
}  // namespace portal::http
