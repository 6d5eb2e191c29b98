// Which host belongs to which account, as each worker knows it.
#include "edge/host_map.hpp"

#include <gtest/gtest.h>

#include "sql/statements.hpp"
#include "support/portal.hpp"
#include "support/proxy.hpp"

namespace portal::test {
namespace {

void change(const std::string& statement) { PrivatePostgres::get().execute(statement, PrivatePostgres::kPortal); }

class HostMapTest : public ::testing::Test {
 protected:
  // Before anything of the fixture is made.
  static void SetUpTestSuite() { PrivatePostgres::get().demo(); }
  static pg::LaneOptions options(const Proxy& proxy) {
    pg::LaneOptions options;
    options.name = "reads";
    options.conninfo = "host=" + proxy.folder() + " dbname=portal user=portal_edge";
    options.statements = static_cast<std::uint16_t>(sql::all().size());
    return options;
  }
  static Task<void> wait_for_first(edge::HostMap* hosts, int* resumed) {
    co_await hosts->first_load();
    ++*resumed;
  }
  void TearDown() override {
    change(
        "delete from portal.account_host where host like 'test-%' or host = 'brightwater';"
        "update portal.schema_state set oldest_module = 1");
  }

  Proxy proxy{PrivatePostgres::get().socket_path()};
  io::EpollLoop loop;
  MemoryLog log;
  pg::Lane lane{loop, options(proxy), log};
  edge::HostMap hosts{loop, lane, io::Duration(30'000), log};
};

TEST_F(HostMapTest, LoadsHostsAndSlugs) {
  hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  const auto account = hosts.find("brightwater.localhost");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->slug, "brightwater");
  EXPECT_EQ(account->time_zone, "Europe/London");
  EXPECT_EQ(account->origin, "http://brightwater.localhost");
  EXPECT_EQ(hosts.find("brightwater"), account);
  EXPECT_FALSE(hosts.find("nobody.localhost"));
  EXPECT_FALSE(hosts.find(""));
}

class Hears final : public cache::ChangeObserver {
 public:
  void on_change(const cache::Change& change) noexcept override { heard.push_back(change); }
  void on_gap() noexcept override {}
  std::vector<cache::Change> heard;
};

// Catches answers that were made with the former zone after the notice of the change, while the map was on its way.
TEST_F(HostMapTest, TellsOfAnAccountWhoseZoneIsAnotherOne) {
  cache::ChangeFeed feed;
  Hears hears;
  feed.add(hears);
  hosts.observe(feed);
  hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  EXPECT_TRUE(hears.heard.empty());
  EXPECT_TRUE(hosts.notifies_changes());
  const std::int64_t brightwater = hosts.find("brightwater")->id;
  change("update portal.account set time_zone = 'Asia/Tokyo' where slug = 'brightwater'");
  hosts.refresh();
  EXPECT_TRUE(loop.run_until([&] { return !hears.heard.empty(); }, kPatience));
  change("update portal.account set time_zone = 'Europe/London' where slug = 'brightwater'");
  for (const cache::Change& each : hears.heard)
    EXPECT_EQ(each, (cache::Change{cache::ChangeKind::kAccount, brightwater, 0, 0}));
}

TEST_F(HostMapTest, ADatabaseThatDoesNotNotifyIsNotBelieved) {
  EXPECT_FALSE(hosts.notifies_changes());
  change("update portal.schema_state set number = 19");
  hosts.refresh();
  EXPECT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  EXPECT_FALSE(hosts.notifies_changes());
  change("update portal.schema_state set number = (select max(number) from portal.schema_migration)");
}

TEST_F(HostMapTest, PeeksAsItChooses) {
  EXPECT_EQ(hosts.peek("brightwater.localhost", "brightwater.localhost"), nullptr);
  hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  const auto account = hosts.find("brightwater.localhost");
  EXPECT_EQ(hosts.peek("brightwater.localhost", "brightwater.localhost"), account.get());
  EXPECT_EQ(hosts.peek("brightwater", "elsewhere"), account.get()) << "the operator's word";
  EXPECT_EQ(hosts.peek("brightwater", "brightwater"), nullptr) << "a client's";
  EXPECT_EQ(hosts.peek("nobody.localhost", "nobody.localhost"), nullptr);
  change("update portal.account set suspended_at = now() where slug = 'northside'");
  hosts.refresh();
  EXPECT_TRUE(loop.run_until([&] { return !hosts.peek("northside.localhost", "northside.localhost"); }, kPatience));
  change("update portal.account set suspended_at = null where slug = 'northside'");
}

// Catches a map in which whoever makes an account takes over a host that reads like its slug.
TEST_F(HostMapTest, AHostCountsBeforeAnotherAccountsSlug) {
  change(
      "insert into portal.account_host (account_id, host, origin)"
      " select account_id, 'brightwater', 'https://brightwater' from portal.account where slug = 'northside'");
  hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  ASSERT_TRUE(hosts.find("brightwater"));
  EXPECT_EQ(hosts.find("brightwater")->slug, "northside");
}

TEST_F(HostMapTest, WhoComesEarlyWaitsAndMayLeave) {
  int resumed = 0;
  Task<void> first = wait_for_first(&hosts, &resumed);
  Task<void> leaving = wait_for_first(&hosts, &resumed);
  Task<void> second = wait_for_first(&hosts, &resumed);
  for (Task<void>* each : {&first, &leaving, &second}) each->handle().resume();
  loop.turn(io::Duration(1));
  EXPECT_EQ(resumed, 0);
  leaving = {};
  ASSERT_TRUE(loop.run_until([&] { return resumed == 2; }, kPatience));
  EXPECT_TRUE(hosts.loaded());
  Task<void> late = wait_for_first(&hosts, &resumed);
  late.handle().resume();
  EXPECT_EQ(resumed, 3) << "nobody waits once it is loaded";
}

TEST_F(HostMapTest, AFailedFirstLoadLetsEverybodyGoOnAndIsTriedAgain) {
  proxy.refuse(true);
  int resumed = 0;
  Task<void> task = wait_for_first(&hosts, &resumed);
  task.handle().resume();
  ASSERT_TRUE(loop.run_until([&] { return resumed == 1; }, kPatience));
  EXPECT_FALSE(hosts.loaded());
  proxy.refuse(false);
  EXPECT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
}

TEST_F(HostMapTest, ARefreshDuringALoadIsFollowedByAnother) {
  hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  loop.turn(io::Duration(1));
  const auto before = lane.figures().segments;
  hosts.refresh();
  change(
      "insert into portal.account_host (account_id, host, origin) select account_id, 'test-new.localhost', "
      "'http://test-new.localhost' "
      "from portal.account where slug = 'northside'");
  for (int times = 0; times < 5; ++times) hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.find("test-new.localhost") != nullptr; }, kPatience));
  EXPECT_EQ(hosts.find("test-new.localhost")->slug, "northside");
  loop.run_until([] { return false; }, io::Duration(30));
  EXPECT_EQ(lane.figures().segments - before, 2U) << "five in one are one more";
}

TEST_F(HostMapTest, IsKeptWhileTheDatabaseIsAway) {
  hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  const std::size_t size = hosts.size();
  proxy.refuse(true);
  proxy.cut();
  hosts.refresh();
  loop.run_until([] { return false; }, io::Duration(100));
  EXPECT_TRUE(hosts.loaded());
  EXPECT_EQ(hosts.size(), size);
  EXPECT_TRUE(hosts.find("brightwater.localhost"));
}

TEST_F(HostMapTest, SaysWhenThisModuleIsTooOld) {
  change("update portal.schema_state set oldest_module = " + std::to_string(edge::kModuleNumber + 1));
  hosts.refresh();
  ASSERT_TRUE(loop.run_until([&] { return hosts.loaded(); }, kPatience));
  EXPECT_TRUE(hosts.module_too_old());
  hosts.refresh();
  loop.run_until([] { return false; }, io::Duration(50));
  EXPECT_EQ(log.count(LogLevel::kCritical), 1U) << "once, not at every load";
  change("update portal.schema_state set oldest_module = 1");
  hosts.refresh();
  EXPECT_TRUE(loop.run_until([&] { return !hosts.module_too_old(); }, kPatience));
}

// A worker listens for changes: nobody waits for the next poll.
TEST_F(HostMapTest, AWorkerLearnsOfANewHostAtOnce) {
  PortalWorker portal;
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = "test-soon.localhost"}), "421 unknown_host");
  portal.loop.run_until([] { return false; }, io::Duration(50));
  change(
      "insert into portal.account_host (account_id, host, origin) select account_id, 'test-soon.localhost', "
      "'http://test-soon.localhost' "
      "from portal.account where slug = 'northside'");
  ASSERT_TRUE(portal.loop.run_until([&] { return portal.worker.hosts().find("test-soon.localhost") != nullptr; },
                                    io::Duration(5000)));
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = "test-soon.localhost"}), "200");
  change("delete from portal.account_host where host = 'test-soon.localhost'");
  EXPECT_TRUE(
      portal.loop.run_until([&] { return !portal.worker.hosts().find("test-soon.localhost"); }, io::Duration(5000)));
}

TEST_F(HostMapTest, AModuleThatIsTooOldServesNobody) {
  change("update portal.schema_state set oldest_module = " + std::to_string(edge::kModuleNumber + 1));
  PortalWorker portal;
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "503 schema_mismatch");
}

}  // namespace
}  // namespace portal::test
