// That a session was used is written outside the requests, in batches, and not at every request.
#include "edge/touches.hpp"

#include <gtest/gtest.h>

#include "support/portal.hpp"

namespace portal::test {
namespace {

std::string last_use() {
  return PrivatePostgres::get().ask(
      "select count(*) from portal.session where last_used_at > now() - interval '1 minute'", PrivatePostgres::kPortal);
}

class TouchesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PrivatePostgres::get().demo();
    PrivatePostgres::get().execute("delete from portal.session", PrivatePostgres::kPortal);
    membership = demo_membership();
    for (std::string& session : sessions) session = open_session(membership);
  }
  static void let_time_pass() {
    PrivatePostgres::get().execute(
        "update portal.session set created_at = now() - interval '1 hour', last_used_at = now() - interval '10 "
        "minutes'",
        PrivatePostgres::kPortal);
  }
  std::string membership;
  std::array<std::string, 3> sessions;
};

TEST_F(TouchesTest, AreWrittenInOneBatchAfterTheAnswers) {
  PortalWorker portal;
  let_time_pass();
  for (const std::string& session : sessions) {
    for (int times = 0; times < 2; ++times)
      EXPECT_EQ(portal.status_and_code({.path = "/api/v1/session", .session = session}), "200");
  }
  EXPECT_EQ(last_use(), "0");
  EXPECT_EQ(portal.worker.lanes().writes.figures().segments, 0U);
  ASSERT_TRUE(portal.loop.run_until([] { return last_use() == "3"; }, kPatience));
  EXPECT_EQ(portal.worker.lanes().writes.figures().segments, 3U) << "twice used, once noted";
}

// Catches a write for every request: most of what a portal does is reading.
TEST_F(TouchesTest, ASessionThatWasJustUsedIsNotWrittenAgain) {
  PortalWorker portal;
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/session", .session = sessions[0]}), "200");
  portal.loop.run_until([] { return false; }, io::Duration(1200));
  EXPECT_EQ(portal.worker.lanes().writes.figures().segments, 0U);
}

}  // namespace
}  // namespace portal::test
