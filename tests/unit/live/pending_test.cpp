#include "live/pending.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "http/response.hpp"

namespace portal::live {
namespace {

std::string write(Pending& pending, std::size_t room = 512, std::vector<Event>* told = nullptr) {
  std::string text(room, '\0');
  text.resize(pending.write(text, [&](Event event) {
    if (told) told->push_back(event);
  }));
  return text;
}

TEST(Pending, TellsEachThingOnce) {
  Pending pending;
  pending.add_retry();
  for (int time = 0; time < 3; ++time) {
    pending.add_job(7);
    pending.add(Event::kSettings);
  }
  std::vector<Event> told;
  EXPECT_EQ(write(pending, 512, &told),
            "retry: 2000\n\nevent: jobs\ndata: {\"job_id\":\"7\"}\n\nevent: settings\ndata: {}\n\n");
  EXPECT_EQ(told, (std::vector{Event::kJobs, Event::kSettings}));
  EXPECT_TRUE(pending.empty());
  EXPECT_EQ(write(pending), "");
}

TEST(Pending, MoreJobsThanItHoldsAreAllJobs) {
  Pending pending;
  for (std::int64_t job = 1; job <= static_cast<std::int64_t>(limits::kStreamJobs) + 1; ++job) pending.add_job(job);
  pending.add_job(99);
  EXPECT_EQ(write(pending), "event: jobs\ndata: {}\n\n");
  pending.add_job(5);
  pending.add_job(0);
  pending.add_job(6);
  EXPECT_EQ(write(pending), "event: jobs\ndata: {}\n\n");
  EXPECT_TRUE(pending.empty());
}

TEST(Pending, WhoAsksForEverythingIsNotToldWhat) {
  Pending pending;
  pending.add_job(1);
  pending.add(Event::kDocuments);
  pending.add(Event::kResync);
  pending.add_job(2);
  EXPECT_EQ(write(pending), "event: resync\ndata: {}\n\n");
  pending.add(Event::kResync);
  pending.add_job(1);
  pending.add(Event::kEnded);
  EXPECT_EQ(write(pending), "event: ended\ndata: {}\n\n");
  EXPECT_TRUE(pending.empty());
}

TEST(Pending, AHeartbeatIsOnlyForWhoeverHearsNothingElse) {
  Pending pending;
  pending.add_heartbeat();
  EXPECT_EQ(write(pending), ":\n\n");
  pending.add_heartbeat();
  pending.add(Event::kSites);
  EXPECT_EQ(write(pending), "event: sites\ndata: {}\n\n");
  EXPECT_TRUE(pending.empty());
}

TEST(Pending, OfWhatIsHeldBackOnlyTheHeartbeatGoes) {
  Pending pending;
  pending.add(Event::kJobs);
  std::array<char, 64> room;
  EXPECT_EQ(pending.write_heartbeat(room), 0U);
  pending.add_heartbeat();
  EXPECT_EQ(pending.write_heartbeat(room), 3U);
  EXPECT_TRUE(pending.has(Event::kJobs));
}

// Whatever the room: whole events, and none is lost.
TEST(Pending, FitsIntoAnyRoom) {
  for (std::size_t room = 64; room <= http::EventStream::kLeastRoom; ++room) {
    Pending pending;
    pending.add_retry();
    pending.add_job(std::numeric_limits<std::int64_t>::max());
    pending.add_job(2);
    pending.add(Event::kDocuments);
    pending.add(Event::kSites);
    pending.add(Event::kInvoices);
    pending.add(Event::kQuotes);
    pending.add(Event::kSettings);
    std::string all;
    for (int time = 0; time < 10 && !pending.empty(); ++time) {
      const std::string part = write(pending, room);
      ASSERT_TRUE(part.empty() || part.ends_with("\n\n")) << room;
      all += part;
    }
    EXPECT_TRUE(pending.empty());
    for (const char* expected : {"retry: 2000\n\n", "\"9223372036854775807\"", "\"2\"", "documents", "sites",
                                 "invoices", "quotes", "settings"})
      EXPECT_NE(all.find(expected), std::string::npos) << room << ' ' << expected;
  }
}

TEST(Pending, TheWorstFitsAtOnce) {
  Pending pending;
  pending.add_retry();
  for (std::size_t job = 0; job < limits::kStreamJobs; ++job)
    pending.add_job(std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(job));
  for (const Event event :
       {Event::kDocuments, Event::kSites, Event::kInvoices, Event::kWorkRequests, Event::kQuotes, Event::kSettings})
    pending.add(event);
  write(pending, http::EventStream::kLeastRoom);
  EXPECT_TRUE(pending.empty());
}

}  // namespace
}  // namespace portal::live
