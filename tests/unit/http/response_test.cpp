#include "http/response.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace portal::http {
namespace {

std::string header_of(const Response& response, std::string_view name) {
  for (const ResponseHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "absent";
}

TEST(Response, IsStoredByNobody) {
  EXPECT_EQ(header_of(Response::json("{}"), "Cache-Control"), "no-store");
  EXPECT_EQ(header_of(Response::no_content(), "Cache-Control"), "no-store");
  EXPECT_EQ(header_of(Response::text("ok"), "Cache-Control"), "no-store");
  EXPECT_EQ(header_of(Response::problem(Error::of(ErrorCode::kNotFound), "r"), "Cache-Control"), "no-store");
}

TEST(Response, SaysWhatItIs) {
  const Response json = Response::json("{}", Status::kCreated);
  EXPECT_EQ(json.status, Status::kCreated);
  EXPECT_EQ(json.content_type, "application/json");
  EXPECT_EQ(json.body, "{}");
  EXPECT_EQ(Response::text("ok").content_type, "text/plain; charset=utf-8");
  const Response nothing = Response::no_content();
  EXPECT_EQ(nothing.status, Status::kNoContent);
  EXPECT_EQ(nothing.content_type, "");
  EXPECT_EQ(nothing.body, "");
}

TEST(Response, ProblemHasTheFormOfRfc9457) {
  Error error = Error::field("/email", "invalid_email");
  error.fields.push_back({"/we\"ird", "unknown_field"});
  error.log_detail = "never shown";
  const Response response = Response::problem(error, "4f1c2d9a");
  EXPECT_EQ(response.status, Status::kBadRequest);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            R"({"type":"urn:portico:problem:invalid_field","title":"Some fields are not valid","status":400,)"
            R"("code":"invalid_field","request_id":"4f1c2d9a","errors":[{"pointer":"/email","code":"invalid_email"},)"
            R"({"pointer":"/we\"ird","code":"unknown_field"}]})");
  EXPECT_EQ(header_of(response, "Retry-After"), "absent");
}

TEST(Response, ProblemWithoutFieldsHasNoErrors) {
  EXPECT_EQ(
      render_problem(Error::of(ErrorCode::kNotFound), "1"),
      R"({"type":"urn:portico:problem:not_found","title":"Not found","status":404,"code":"not_found","request_id":"1"})");
}

TEST(Response, ProblemTellsWhereAMessageWent) {
  const std::string body = render_problem(Error::of(ErrorCode::kActivationExpired), "1", 0, "k\u2022@\"x.example");
  EXPECT_TRUE(body.contains("\"sent_to\":\"k\u2022@\\\"x.example\"}")) << body;
}

TEST(Response, ProblemTellsWhenToComeBack) {
  EXPECT_EQ(header_of(Response::problem(Error::of(ErrorCode::kOverloaded), "1"), "Retry-After"), "1");
  Error throttled = Error::of(ErrorCode::kTooManyRequests);
  throttled.retry_after_seconds = 30;
  EXPECT_EQ(header_of(Response::problem(throttled, "1"), "Retry-After"), "30");
}

TEST(Response, NoHeaderCanEndItself) {
  Response response = Response::json("{}");
  for (const char* value : {"a\r\nSet-Cookie: b", "a\nb", "a\rb", "\x7F", "\xC3\xA9"}) {
    EXPECT_THROW(response.add_header("X-Test", value), std::logic_error);
  }
  EXPECT_THROW(response.add_header("X-Test", std::string("a\0b", 3)), std::logic_error);
  for (const char* name : {"", "X Test", "X:Test", "X\r\n", "(X)"})
    EXPECT_THROW(response.add_header(name, "a"), std::logic_error);
  response.add_header("Allow", "GET, POST");
  EXPECT_EQ(header_of(response, "Allow"), "GET, POST");
}

}  // namespace
}  // namespace portal::http
