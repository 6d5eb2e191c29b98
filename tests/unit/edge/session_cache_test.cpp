// Sessions in Redis, by whole requests of several workers on one database: who asks whom, and what whoever writes into
// Redis can do with it, which is nothing.
#include <gtest/gtest.h>

#include "auth/session_value.hpp"
#include "redis/client.hpp"
#include "support/portal.hpp"
#include "support/proxy.hpp"
#include "support/redis.hpp"

namespace portal::test {
namespace {

void change(const std::string& statement) { PrivatePostgres::get().execute(statement, PrivatePostgres::kPortal); }

class SessionCacheTest : public ::testing::Test {
 protected:
  std::unique_ptr<PortalWorker> make_worker(std::size_t remembered = 20'000) {
    edge::WorkerOptions options;
    options.remembered_sessions = remembered;
    options.redis.emplace();
    options.redis->address.path = redis_path;
    options.redis->first_pause = io::Duration(20);
    auto portal = std::make_unique<PortalWorker>(std::move(options));
    EXPECT_TRUE(portal->loop.run_until([&] { return portal->worker.redis()->ready(); }, kPatience));
    EXPECT_EQ(portal->status_and_code({.path = "/api/v1/portal"}), "200");
    // The hosts, that question, and the hosts again once the worker listens: from here on only requests are counted.
    EXPECT_TRUE(portal->loop.run_until([&] { return segments(*portal) >= 3; }, kPatience));
    return portal;
  }
  std::string jobs(PortalWorker& portal) {
    return portal.status_and_code({.path = "/api/v1/jobs", .session = session});
  }
  static std::uint64_t segments(PortalWorker& portal) { return portal.worker.lanes().reads.figures().segments; }
  // How many segments the request costs.
  std::uint64_t cost_of_jobs(PortalWorker& portal) {
    const std::uint64_t before = segments(portal);
    EXPECT_EQ(jobs(portal), "200");
    return segments(portal) - before;
  }
  static std::uint64_t counted(PortalWorker& portal, std::string_view result) {
    const std::string text = portal.worker.metrics();
    const std::string line = "portal_session_cache_total{result=\"" + std::string(result) + "\"} ";
    return std::stoul(text.substr(text.find(line) + line.size()));
  }
  std::string entry() const {
    return auth::name_session_entry(crypto::Token::parse(session)->hash(), PortalWorker::keys());
  }
  bool entry_is_there(PortalWorker& portal, bool wanted = true) {
    const std::string name = entry();
    return portal.loop.run_until([&] { return (redis.ask({"EXISTS", name}) == "1") == wanted; }, kPatience);
  }

  PrivateRedis redis;
  std::string redis_path = redis.socket_path();
  std::string membership = (PrivatePostgres::get().demo(), demo_membership());
  std::string session = open_session(membership);
};

TEST_F(SessionCacheTest, AWorkerThatDoesNotKnowASessionNeedsOneRoundTrip) {
  const auto first = make_worker();
  EXPECT_EQ(cost_of_jobs(*first), 2U) << "nobody has seen it";
  EXPECT_EQ(cost_of_jobs(*first), 1U);
  ASSERT_TRUE(entry_is_there(*first));
  const int life = std::stoi(redis.ask({"TTL", entry()}));
  EXPECT_GT(life, 11 * 60);
  EXPECT_LE(life, 15 * 60);

  const auto second = make_worker();
  EXPECT_EQ(cost_of_jobs(*second), 1U) << "it was in Redis";
  EXPECT_EQ(counted(*second, "hit"), 1U);
  EXPECT_EQ(cost_of_jobs(*second), 1U);
  EXPECT_EQ(counted(*second, "hit"), 1U) << "and now the worker knows it itself";

  const auto third = make_worker(0);
  for (int round = 1; round <= 5; ++round) {
    EXPECT_EQ(cost_of_jobs(*third), 1U);
    EXPECT_EQ(counted(*third, "hit"), static_cast<std::uint64_t>(round)) << "a worker that remembers nothing";
  }
}

TEST_F(SessionCacheTest, ASessionThatEndedIsOverWhateverRedisSays) {
  const auto first = make_worker();
  const auto second = make_worker();
  EXPECT_EQ(jobs(*first), "200");
  ASSERT_TRUE(entry_is_there(*first));
  change("update portal.session set ended_at = now() where ended_at is null");
  EXPECT_EQ(jobs(*second), "401 not_signed_in");
  EXPECT_EQ(counted(*second, "hit"), 1U);
  EXPECT_TRUE(entry_is_there(*second, false)) << "and it is taken out";
  EXPECT_EQ(jobs(*first), "401 not_signed_in");
}

TEST_F(SessionCacheTest, PermissionsCountAsTheyAreNow) {
  const std::string of = " where membership_id = " + membership;
  const auto first = make_worker();
  EXPECT_EQ(jobs(*first), "200");
  ASSERT_TRUE(entry_is_there(*first));
  change("update portal.membership set permissions = '{view_documents}'" + of);
  EXPECT_EQ(jobs(*make_worker()), "403 permission_required") << "taken away since it was cached";
  EXPECT_EQ(jobs(*make_worker()), "403 permission_required");
  change("update portal.membership set permissions = '{view_completed_jobs,view_job_status,view_documents}'" + of);
  EXPECT_EQ(jobs(*make_worker()), "200") << "given back: what is cached must not keep anybody out";
}

TEST_F(SessionCacheTest, SigningOutTakesItOut) {
  const auto portal = make_worker();
  EXPECT_EQ(jobs(*portal), "200");
  ASSERT_TRUE(entry_is_there(*portal));
  EXPECT_EQ(portal->status_and_code({.method = "DELETE", .path = "/api/v1/session", .session = session}), "204");
  EXPECT_TRUE(entry_is_there(*portal, false));
}

TEST_F(SessionCacheTest, AnotherAccountsHostFindsNothing) {
  const auto portal = make_worker();
  EXPECT_EQ(jobs(*portal), "200");
  ASSERT_TRUE(entry_is_there(*portal));
  const auto other = make_worker();
  EXPECT_EQ(other->status_and_code({.path = "/api/v1/jobs", .session = session, .account = "northside.localhost"}),
            "401 not_signed_in");
  EXPECT_EQ(redis.ask({"EXISTS", entry()}), "1") << "and it does no harm at home";
}

// SECURITY Q9.
TEST_F(SessionCacheTest, GarbageIsRemovedAndReplaced) {
  const auto first = make_worker();
  EXPECT_EQ(jobs(*first), "200");
  ASSERT_TRUE(entry_is_there(*first));
  const std::string genuine = redis.ask({"GET", entry()});
  const std::string another = open_session(membership);
  std::vector<redis::Command> garbage = {{"SET", entry(), "garbage"},
                                         {"SET", entry(), std::string(100'000, 'x')},
                                         {"SET", entry(), std::string("s1") + std::string(99, '\0')},
                                         {"LPUSH", entry(), "a", "b"},
                                         {"HSET", entry(), "field", "value"},
                                         {"SADD", entry(), "member"}};
  for (std::size_t place = 0; place < genuine.size(); place += 7) {
    std::string changed = genuine;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    garbage.push_back({"SET", entry(), changed});
  }
  for (const redis::Command& command : garbage) {
    redis.ask({"DEL", entry()});
    redis.ask(command);
    const auto portal = make_worker();
    EXPECT_EQ(cost_of_jobs(*portal), 2U) << command[0] << " was believed";
    EXPECT_EQ(counted(*portal, "refused"), 1U) << command[0];
    EXPECT_TRUE(portal->log.has("has not written were removed: 1"));
    ASSERT_TRUE(portal->loop.run_until([&] { return portal->worker.redis()->figures().in_flight == 0; }, kPatience));
    const auto next = make_worker();
    EXPECT_EQ(cost_of_jobs(*next), 1U) << "there is a good one in its place";
  }
  // A good value in the wrong place.
  redis.ask({"SET", auth::name_session_entry(crypto::Token::parse(another)->hash(), PortalWorker::keys()), genuine});
  session = another;
  const auto portal = make_worker();
  EXPECT_EQ(cost_of_jobs(*portal), 2U);
  EXPECT_EQ(counted(*portal, "refused"), 1U);
}

// SECURITY Q4: of many requests of one session one asks.
TEST_F(SessionCacheTest, RequestsOfOneSessionShareTheLookUp) {
  const auto portal = make_worker();
  const std::uint64_t before = segments(*portal);
  std::vector<std::unique_ptr<PortalWorker::Request>> requests;
  for (int number = 0; number < 20; ++number)
    requests.push_back(portal->start({.path = "/api/v1/jobs", .session = session}));
  requests[0].reset();  // the one that began it leaves
  requests.erase(requests.begin());
  ASSERT_TRUE(portal->loop.run_until(
      [&] { return std::ranges::all_of(requests, [](const auto& each) { return each->done(); }); }, kPatience));
  for (const auto& each : requests) EXPECT_EQ(each->response().status, http::Status::kOk) << each->response().body;
  EXPECT_EQ(counted(*portal, "miss"), 1U);
  EXPECT_EQ(segments(*portal) - before, 1U + requests.size());
}

TEST_F(SessionCacheTest, OfSessionsThatAreNoneEveryRequestIsToldSo) {
  const auto portal = make_worker();
  std::vector<std::unique_ptr<PortalWorker::Request>> requests;
  const std::string unknown = crypto::Token::generate().text();
  for (int number = 0; number < 5; ++number)
    requests.push_back(portal->start({.path = "/api/v1/jobs", .session = unknown}));
  ASSERT_TRUE(portal->loop.run_until(
      [&] { return std::ranges::all_of(requests, [](const auto& each) { return each->done(); }); }, kPatience));
  for (const auto& each : requests) EXPECT_EQ(each->response().status, http::Status::kUnauthorized);
}

// Whoever leaves while Redis is asked costs nobody the connection; with nobody left the database is not asked.
TEST_F(SessionCacheTest, WhoLeavesDisturbsNobody) {
  Proxy proxy(redis.socket_path(), Proxy::Protocol::kRedis);
  redis_path = proxy.socket_path();
  const auto portal = make_worker();
  const std::string other = open_session(membership);
  proxy.delay(std::chrono::milliseconds(10));
  for (int turns = 0; turns < 12; ++turns) {
    auto leaving = portal->start({.path = "/api/v1/jobs", .session = other});
    for (int turn = 0; turn < turns; ++turn) portal->loop.turn(io::Duration(2));
    leaving.reset();
    ASSERT_EQ(portal->worker.figures().active, 0U);
  }
  EXPECT_EQ(jobs(*portal), "200");
  // A busy machine may cost a connection; what each of them would cost is another number.
  EXPECT_LE(portal->worker.redis()->figures().opened, 2U);
}

// SECURITY Q1 to Q3: each of these costs one request 50 ms, and from then on nobody anything.
TEST_F(SessionCacheTest, RedisAwayFrozenOrSlowIsAMiss) {
  Proxy proxy(redis.socket_path(), Proxy::Protocol::kRedis);
  redis_path = proxy.socket_path();
  const auto portal = make_worker(0);
  EXPECT_EQ(jobs(*portal), "200");
  const auto goes_on = [&](std::string_view what) {
    const io::MonotonicTime started = portal->loop.now();
    EXPECT_EQ(jobs(*portal), "200") << what;
    EXPECT_LT(portal->loop.now() - started, io::Duration(1000)) << what;
    for (int round = 0; round < 20; ++round) EXPECT_EQ(cost_of_jobs(*portal), 2U) << what;
  };
  const auto is_back = [&] {
    return portal->loop.run_until([&] { return portal->worker.redis()->ready(); }, kPatience);
  };
  redis.freeze(true);
  goes_on("frozen");
  EXPECT_EQ(counted(*portal, "unanswered"), 21U);
  redis.freeze(false);
  ASSERT_TRUE(is_back());
  proxy.delay(std::chrono::milliseconds(200));
  goes_on("slow");
  proxy.delay(std::chrono::milliseconds(0));
  ASSERT_TRUE(is_back());
  redis.stop();
  goes_on("away");
  redis.start();
  ASSERT_TRUE(is_back());
  EXPECT_EQ(jobs(*portal), "200");
  ASSERT_TRUE(entry_is_there(*portal)) << "an empty one fills again";
}

TEST_F(SessionCacheTest, AWorkerEndsAtAnyTime) {
  for (int turns = 0; turns < 20; ++turns) {
    auto portal = make_worker();
    auto asking = portal->start({.path = "/api/v1/jobs", .session = session});
    for (int turn = 0; turn < turns % 7; ++turn) portal->loop.turn(io::Duration(1));
    asking.reset();
  }
}

}  // namespace
}  // namespace portal::test
