#include <gtest/gtest.h>

#include <algorithm>

#include "features/session/routes.hpp"

namespace portal::features {
namespace {

const edge::Route& route(std::string_view operation) {
  const std::span<const edge::Route> routes = session_routes();
  const auto found = std::ranges::find(routes, operation, &edge::Route::operation);
  if (found == routes.end()) throw std::logic_error("no route " + std::string(operation));
  return *found;
}

TEST(SessionRoutes, AreForWhomTheContractSays) {
  EXPECT_EQ(session_routes().size(), 6U);
  EXPECT_EQ(route("sign_in").audience, edge::Audience::kAnyone);
  EXPECT_EQ(route("sign_out").audience, edge::Audience::kAnyone);
  EXPECT_EQ(route("get_session").audience, edge::Audience::kMember);
  EXPECT_EQ(route("switch_membership").audience, edge::Audience::kMember);
  EXPECT_EQ(route("list_sessions").audience, edge::Audience::kMember);
  EXPECT_EQ(route("end_session").audience, edge::Audience::kMember);
  // Whoever may do nothing else may still see who that is, and leave.
  EXPECT_TRUE(route("get_session").any_of.empty());
  EXPECT_TRUE(route("switch_membership").any_of.empty());
}

TEST(SessionRoutes, ReadWithSafeMethodsAlone) {
  for (const edge::Route& route : session_routes()) {
    const bool reads = route.operation == "get_session" || route.operation == "list_sessions";
    EXPECT_EQ(http::is_safe(route.method), reads) << route.operation;
  }
}

}  // namespace
}  // namespace portal::features
