#include "edge/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "features/registry.hpp"

namespace portal::edge {
namespace {

using http::Method;

Task<Result<http::Response>> nobody(VisitorContext) { co_return http::Response(); }
Task<Result<http::Response>> no_member(MemberContext) { co_return http::Response(); }

Router router() {
  return Router({Route::open(Method::kGet, "/portal", "get_portal", nobody),
                 Route::for_member(Method::kGet, "/jobs", "list_jobs", {}, no_member),
                 Route::for_member(Method::kGet, "/jobs/{job_id}", "get_job", {}, no_member),
                 Route::for_member(Method::kDelete, "/jobs/{job_id}", "delete_job", {}, no_member),
                 Route::for_member(Method::kPut, "/jobs/{job_id}/files/{file_id}", "put_file", {}, no_member)});
}

struct Found {
  Method method;
  const char* path;
  const char* operation;
};

class RouterFindTest : public ::testing::TestWithParam<Found> {};

TEST_P(RouterFindTest, Finds) {
  const Router routes = router();
  const auto found = routes.find(GetParam().method, GetParam().path);
  if (*GetParam().operation) {
    ASSERT_TRUE(std::holds_alternative<Match>(found)) << GetParam().path;
    EXPECT_EQ(std::get<Match>(found).route->operation, GetParam().operation);
  } else {
    EXPECT_TRUE(std::holds_alternative<NoSuchPath>(found)) << GetParam().path;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Paths, RouterFindTest,
    ::testing::Values(
        Found{Method::kGet, "/api/v1/portal", "get_portal"}, Found{Method::kHead, "/api/v1/portal", "get_portal"},
        Found{Method::kGet, "/api/v1/jobs", "list_jobs"}, Found{Method::kGet, "/api/v1/jobs/1", "get_job"},
        Found{Method::kDelete, "/api/v1/jobs/1", "delete_job"},
        Found{Method::kPut, "/api/v1/jobs/1/files/2", "put_file"}, Found{Method::kGet, "/api/v1/jobs/", ""},
        Found{Method::kGet, "/api/v1/jobs//files/2", ""}, Found{Method::kGet, "/api/v1/jobs/1/files", ""},
        Found{Method::kGet, "/api/v1/jobs/1/", ""}, Found{Method::kGet, "/api/v1/Jobs", ""},
        Found{Method::kGet, "/api/v1/{job_id}", ""}, Found{Method::kGet, "/api/v1", ""},
        Found{Method::kGet, "/api/v1/", ""}, Found{Method::kGet, "/api/v11/jobs", ""},
        Found{Method::kGet, "/api/v2/jobs", ""}, Found{Method::kGet, "/", ""}, Found{Method::kGet, "", ""},
        Found{Method::kGet, "/jobs", ""}, Found{Method::kGet, "/api/v1jobs", ""}));

TEST(RouterTest, OtherMethodsAreNamed) {
  const Router routes = router();
  const auto other = routes.find(Method::kPost, "/api/v1/jobs/7");
  ASSERT_TRUE(std::holds_alternative<OtherMethods>(other));
  EXPECT_EQ(std::get<OtherMethods>(other).allow, "GET, HEAD, DELETE");
  const auto head = routes.find(Method::kHead, "/api/v1/jobs/7/files/8");
  ASSERT_TRUE(std::holds_alternative<OtherMethods>(head)) << "HEAD is only where GET is";
  EXPECT_EQ(std::get<OtherMethods>(head).allow, "PUT");
}

TEST(RouterTest, PlaceholdersInTheirOrder) {
  const Router routes = router();
  const auto found = routes.find(Method::kPut, "/api/v1/jobs/17/files/4711");
  ASSERT_TRUE(std::holds_alternative<Match>(found));
  const PathValues& path = std::get<Match>(found).path;
  ASSERT_EQ(path.size(), 2U);
  EXPECT_EQ(path.id(0), 17);
  EXPECT_EQ(path.id(1), 4711);
}

TEST(RouterTest, WhatIsNoIdIsNotFound) {
  for (const std::string_view text : {"0", "-1", "01", "1.0", "9223372036854775808", "abc", " 1", "1 ", "%31"}) {
    PathValues path;
    path.push(text);
    ASSERT_FALSE(path.id(0)) << text;
    EXPECT_EQ(path.id(0).error().code, ErrorCode::kNotFound) << text;
  }
}

TEST(RouterTest, TwoRoutesOfOneShapeAreRefused) {
  EXPECT_THROW(
      Router({Route::open(Method::kGet, "/a/{x}", "one", nobody), Route::open(Method::kGet, "/a/{y}", "two", nobody)}),
      std::logic_error);
  EXPECT_NO_THROW(
      Router({Route::open(Method::kGet, "/a/{x}", "one", nobody), Route::open(Method::kPut, "/a/{y}", "two", nobody)}));
}

TEST(RouterTest, EveryRouteOfTheHouseIsWhole) {
  const Router routes(features::routes());
  ASSERT_GE(routes.routes().size(), 10U);
  for (const Route& route : routes.routes()) {
    EXPECT_EQ(route.audience == Audience::kAnyone, route.visitor_handler != nullptr) << route.path;
    // Staff who look as a member would are answered by the handler for members.
    const bool for_staff = route.audience == Audience::kStaff;
    EXPECT_EQ(for_staff, (route.staff_handler != nullptr) != (for_staff && route.member_handler != nullptr))
        << route.path;
    if (!for_staff) EXPECT_EQ(route.audience == Audience::kMember, route.member_handler != nullptr) << route.path;
    EXPECT_FALSE(route.operation.empty()) << route.path;
    EXPECT_NE(route.method, Method::kHead) << route.path;
  }
}

}  // namespace
}  // namespace portal::edge
