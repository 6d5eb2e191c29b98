// Whole requests on a real database: who is let in, what is told when the database is away, and what is left when
// somebody leaves.
#include "edge/operation.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

#include "support/portal.hpp"
#include "support/proxy.hpp"

namespace portal::test {
namespace {

void change(const std::string& statement) { PrivatePostgres::get().execute(statement, PrivatePostgres::kPortal); }

// Tests try more often than people.
edge::WorkerOptions without_throttling() {
  edge::WorkerOptions options;
  options.throttling = auth::Throttling::kOff;
  return options;
}

class OperationTest : public ::testing::Test {
 protected:
  std::string membership = (PrivatePostgres::get().demo(), demo_membership());
  PortalWorker portal{without_throttling()};
};

TEST_F(OperationTest, TheFirstRequestsWaitForTheHostMap) {
  const auto first = portal.start({.path = "/api/v1/portal"});
  const auto second = portal.start({.path = "/api/v1/portal", .account = "northside.localhost"});
  EXPECT_FALSE(first->done());
  ASSERT_TRUE(portal.loop.run_until([&] { return first->done() && second->done(); }, kPatience));
  EXPECT_EQ(first->response().status, http::Status::kOk) << first->response().body;
  EXPECT_NE(first->response().body.find("Brightwater"), std::string::npos);
  EXPECT_EQ(second->response().status, http::Status::kOk);
  EXPECT_EQ(second->response().body.find("Brightwater"), std::string::npos);
}

TEST_F(OperationTest, AHostThatIsUnknownCostsNoQuery) {
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "200");
  const auto segments = portal.worker.lanes().reads.figures().segments;
  for (int round = 0; round < 5; ++round) {
    for (const char* host : {"unknown.localhost", "", "BRIGHTWATER.localhost", "brightwater.localhost."}) {
      EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = host}), "421 unknown_host") << host;
    }
  }
  // The listener, once it listens, has the hosts read again.
  EXPECT_LE(portal.worker.lanes().reads.figures().segments - segments, 2U);
}

TEST_F(OperationTest, ASlugIsForTheConfigurationAndNotForClients) {
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = "brightwater", .host = "any.example.com"}),
            "200");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = "brightwater"}), "421 unknown_host");
}

TEST_F(OperationTest, PathsAndMethods) {
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/nothing"}), "404 not_found");
  const http::Response response = portal.answer_of({.method = "DELETE", .path = "/api/v1/portal"});
  EXPECT_EQ(response.status, http::Status::kMethodNotAllowed);
  EXPECT_TRUE(std::ranges::any_of(response.headers,
                                  [](const auto& each) { return each.name == "Allow" && each.value == "GET, HEAD"; }));
  EXPECT_EQ(portal.status_and_code({.method = "BREW", .path = "/api/v1/portal"}), "405 method_not_allowed");
}

TEST_F(OperationTest, OnlyWhoIsSignedInIsAMember) {
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/session"}), "401 not_signed_in");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/session", .session = crypto::Token::generate().text()}),
            "401 not_signed_in");
  const std::string session = open_session(membership);
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/session", .session = session}), "200");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/jobs", .session = session}), "200");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/session", .session = session, .account = "northside.localhost"}),
            "401 not_signed_in");
}

// Catches a worker that believes what it remembers: whatever it holds, the session's own row decides.
TEST_F(OperationTest, ARememberedSessionThatHasEndedIsOver) {
  const std::string session = open_session(membership);
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/jobs", .session = session}), "200");
  ASSERT_EQ(portal.worker.sessions().size(), 1U);
  change("update portal.session set ended_at = now() where ended_at is null");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/jobs", .session = session}), "401 not_signed_in");
  EXPECT_EQ(portal.worker.sessions().size(), 0U);
}

TEST_F(OperationTest, PermissionsCountAsTheyAreNow) {
  const std::string session = open_session(membership);
  const std::string jobs = "/api/v1/jobs";
  const std::string set = "update portal.membership set permissions = '{";
  const std::string of = "}' where membership_id = " + membership;
  EXPECT_EQ(portal.status_and_code({.path = jobs, .session = session}), "200");
  change(set + "view_documents" + of);
  EXPECT_EQ(portal.status_and_code({.path = jobs, .session = session}), "403 permission_required")
      << "taken away behind the worker's back";
  EXPECT_EQ(portal.status_and_code({.path = jobs + "/1", .session = session}), "404 not_found")
      << "an id tells nothing";
  change(set + "view_completed_jobs,view_job_status,view_documents" + of);
  EXPECT_EQ(portal.status_and_code({.path = jobs, .session = session}), "200")
      << "given back: remembering must not keep him out";
}

TEST_F(OperationTest, APageThatShowsAnotherMembershipIsTold) {
  const std::string session = open_session(membership);
  EXPECT_EQ(portal.status_and_code(
                {.path = "/api/v1/jobs", .session = session, .headers = {{"Portal-Membership", membership}}}),
            "200");
  EXPECT_EQ(portal.status_and_code(
                {.path = "/api/v1/jobs", .session = session, .headers = {{"Portal-Membership", "999999"}}}),
            "409 membership_changed");
  EXPECT_EQ(
      portal.status_and_code({.path = "/api/v1/jobs", .session = session, .headers = {{"Portal-Membership", "x"}}}),
      "409 membership_changed");
}

TEST_F(OperationTest, ChangesFromOtherSitesAreRefused) {
  const PortalWorker::Asking asking{
      .method = "POST", .path = "/api/v1/session", .body = "{}", .headers = {{"Sec-Fetch-Site", "cross-site"}}};
  EXPECT_EQ(portal.status_and_code(asking), "403 cross_site_request");
  EXPECT_EQ(portal.status_and_code({.method = "POST", .path = "/api/v1/session"}), "400 invalid_json")
      << "no body, no type";
}

TEST_F(OperationTest, SigningInOpensASessionAndTouchesNothingElse) {
  const DemoMember member = first_demo_member();
  const std::string body = R"({"email": ")" + member.email + R"(", "password": ")" + member.password + "\"}";
  const http::Response response = portal.answer_of({.method = "POST", .path = "/api/v1/session", .body = body});
  ASSERT_EQ(response.status, http::Status::kOk) << response.body;
  ASSERT_EQ(response.cookies.size(), 2U);
  EXPECT_TRUE(response.cookies[1].starts_with("portal-device="));
  const std::string_view cookie = response.cookies[0];
  const std::string session(cookie.substr(std::string_view("portal-member=").size(), 43));
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/session", .session = session}), "200");
  EXPECT_EQ(
      portal.status_and_code(
          {.method = "POST", .path = "/api/v1/session", .body = R"({"email": "a@example.com", "password": "wrong"})"}),
      "401 invalid_credentials");
}

// SECURITY R04, R06: a refusal costs neither a query nor a hash.
TEST_F(OperationTest, TooManyTriesAreRefusedBeforeAnythingIsAsked) {
  PortalWorker counting;
  const PortalWorker::Asking asking{
      .method = "POST", .path = "/api/v1/session", .body = R"({"email": "nobody@example.com", "password": "wrong"})"};
  for (std::uint32_t number = 0; number < limits::kLoginFailures.free; ++number) {
    ASSERT_EQ(counting.status_and_code(asking), "401 invalid_credentials");
  }
  const auto segments = counting.worker.lanes().reads.figures().segments;
  const http::Response refused = counting.answer_of(asking);
  EXPECT_EQ(refused.status, http::Status::kTooManyRequests);
  EXPECT_EQ(refused.content_type, "application/problem+json");
  EXPECT_TRUE(std::ranges::any_of(
      refused.headers, [](const auto& each) { return each.name == "Retry-After" && std::stoi(each.value) > 890; }));
  EXPECT_LE(counting.worker.lanes().reads.figures().segments - segments, 1U) << "the listener may have asked for hosts";
  EXPECT_EQ(counting.status_and_code({.path = "/api/v1/portal"}), "200");
}

// Catches whatever outlives its request: a registration, a frame, a count. Destroyed after every number of turns, and
// after pauses, so that the end comes while it waits for the host map, for the first answer, for the password's hash
// and for the second answer.
TEST_F(OperationTest, WhoLeavesLeavesNothingBehind) {
  const DemoMember member = first_demo_member();
  const std::string body = R"({"email": ")" + member.email + R"(", "password": ")" + member.password + "\"}";
  for (int turns = 0; turns < 24; ++turns) {
    auto signing_in = portal.start({.method = "POST", .path = "/api/v1/session", .body = body});
    auto asking = portal.start({.path = "/api/v1/portal"});
    for (int turn = 0; turn < turns; ++turn) portal.loop.turn(io::Duration(2));
    signing_in.reset();
    asking.reset();
    ASSERT_EQ(portal.worker.figures().active, 0U);
  }
  EXPECT_GT(portal.worker.figures().aborted, 8U);
  EXPECT_TRUE(portal.loop.run_until(
      [&] { return portal.status_and_code({.method = "POST", .path = "/api/v1/session", .body = body}) == "200"; },
      kPatience))
      << "the pool has places again";
}

// Catches hashing for clients that left: with one thread and two places, one password would be hashed after another for
// nobody.
TEST_F(OperationTest, AbandonedPasswordsGiveTheirPlacesBack) {
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "200");
  const std::string body = R"({"email": "nobody@example.com", "password": "a password of somebody"})";
  for (int round = 0; round < 8; ++round) {
    std::vector<std::unique_ptr<PortalWorker::Request>> leaving;
    for (int number = 0; number < 2; ++number)
      leaving.push_back(portal.start({.method = "POST", .path = "/api/v1/session", .body = body}));
    portal.loop.run_until([] { return false; }, io::Duration(8));
    leaving.clear();
    EXPECT_EQ(portal.worker.figures().active, 0U);
  }
  EXPECT_TRUE(portal.loop.run_until(
      [&] {
        return portal.status_and_code({.method = "POST", .path = "/api/v1/session", .body = body}) ==
               "401 invalid_credentials";
      },
      kPatience));
}

TEST_F(OperationTest, MorePasswordsThanPlacesAreRefused) {
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "200");
  const std::string body = R"({"email": "nobody@example.com", "password": "a password of somebody"})";
  std::vector<std::unique_ptr<PortalWorker::Request>> all;
  for (int number = 0; number < 8; ++number)
    all.push_back(portal.start({.method = "POST", .path = "/api/v1/session", .body = body}));
  ASSERT_TRUE(portal.loop.run_until([&] { return std::ranges::all_of(all, &PortalWorker::Request::done); }, kPatience));
  const auto refused = std::ranges::count_if(
      all, [](const auto& each) { return each->response().status == http::Status::kServiceUnavailable; });
  EXPECT_GE(refused, 4);
  EXPECT_LE(refused, 6);
}

TEST_F(OperationTest, ASuspendedAccountHasNoPortal) {
  change("update portal.account set suspended_at = now() where slug = 'northside'");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = "northside.localhost"}), "404 no_portal");
  change("update portal.account set suspended_at = null where slug = 'northside'");
}

TEST_F(OperationTest, AnAnswerOfAMegabyteIsWhole) {
  const std::string session = open_session(membership);
  change(
      "insert into portal.site (account_id, client_id, name, address) select account_id, client_id, 'LARGE ' || n, "
      "repeat('ä', 400) "
      "from portal.membership, generate_series(1, 600) n where membership_id = " +
      membership);
  const http::Response response = portal.answer_of({.path = "/api/v1/sites", .session = session});
  EXPECT_EQ(response.status, http::Status::kOk);
  EXPECT_GT(response.body.size(), 400'000U);
  EXPECT_TRUE(response.body.ends_with("}")) << response.body.substr(response.body.size() - 40);
  change("delete from portal.site where name like 'LARGE %'");
}

class AwayTest : public ::testing::Test {
 protected:
  Proxy proxy{PrivatePostgres::get().socket_path()};
};

TEST_F(AwayTest, WithoutADatabaseTheAnswerIsSoonAndHonest) {
  proxy.refuse(true);
  PortalWorker portal({}, proxy.folder());
  const http::Response first = portal.answer_of({.path = "/api/v1/portal"});
  EXPECT_EQ(first.status, http::Status::kServiceUnavailable);
  EXPECT_TRUE(std::ranges::any_of(first.headers, [](const auto& each) { return each.name == "Retry-After"; }));
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "503 database_unavailable");
  proxy.refuse(false);
  EXPECT_TRUE(
      portal.loop.run_until([&] { return portal.status_and_code({.path = "/api/v1/portal"}) == "200"; }, kPatience));
}

TEST_F(AwayTest, HostsStayKnownWhileTheDatabaseIsAway) {
  edge::WorkerOptions options;
  options.host_refresh = io::Duration(20);
  PortalWorker portal(std::move(options), proxy.folder());
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "200");
  proxy.refuse(true);
  proxy.cut();
  portal.loop.run_until([] { return false; }, io::Duration(100));
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "503 database_unavailable");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = "unknown.localhost"}), "421 unknown_host");
  proxy.refuse(false);
  EXPECT_TRUE(
      portal.loop.run_until([&] { return portal.status_and_code({.path = "/api/v1/portal"}) == "200"; }, kPatience));
}

// Catches a request without a deadline of its own: a silent network would keep it for as long as the network likes.
TEST_F(AwayTest, ASilentDatabaseEndsAtTheDeadline) {
  edge::WorkerOptions options;
  options.deadline = io::Duration(150);
  PortalWorker portal(std::move(options), proxy.folder());
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "200");
  proxy.hold(true);
  const io::MonotonicTime started = portal.loop.now();
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "503 deadline_exceeded");
  EXPECT_LT(portal.loop.now() - started, io::Duration(1000));
  proxy.hold(false);
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "200");
}

}  // namespace
}  // namespace portal::test
