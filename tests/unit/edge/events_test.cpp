#include "edge/events.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/portal.hpp"

namespace portal::test {
namespace {

using edge::SecurityEvent;

class LastLine final : public pg::Log {
 public:
  void write(LogLevel level, std::string_view message) noexcept override {
    EXPECT_EQ(level, LogLevel::kNotice);
    line = message;
  }
  std::string line;
};

TEST(Events, EveryEventHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (std::size_t event = 0; event < edge::kSecurityEvents; ++event)
    words.insert(name_of(static_cast<SecurityEvent>(event)));
  EXPECT_EQ(words.size(), edge::kSecurityEvents);
  EXPECT_FALSE(words.contains(""));
}

TEST(Events, ALineNamesWhoAndWhat) {
  LastLine log;
  write_event(log, SecurityEvent::kSignInFailed,
              {.account_id = 7,
               .subject = {.member_id = 12},
               .request_id = "4f",
               .address = "192.0.2.1",
               .operation = "sign_in",
               .reason = "invalid_credentials"});
  ASSERT_TRUE(log.line.starts_with(R"(security {"time":"20)")) << log.line;
  EXPECT_TRUE(log.line.ends_with(
      R"(Z","event":"sign_in_failed","account":"7","member":"12","request_id":"4f","address":"192.0.2.1",)"
      R"("operation":"sign_in","reason":"invalid_credentials"})"))
      << log.line;
}

// Catches a client that writes lines of its own into the log, and one that makes the writer fail.
TEST(Events, NothingFromOutsideLooksLikeALine) {
  LastLine log;
  write_event(log, SecurityEvent::kAccessDenied,
              {.account_id = std::nullopt,
               .subject = {},
               .request_id = "a\r\n2026/01/01 \"forged\"\x1b[0m",
               .address = "\xff\xfe",
               .operation = {},
               .reason = {}});
  EXPECT_EQ(log.line.find_first_of("\r\n\x1b"), std::string::npos) << log.line;
  EXPECT_TRUE(log.line.contains(R"("account":null,"member":null,)")) << log.line;
  EXPECT_TRUE(log.line.contains(R"(\r\n2026/01/01 \"forged\")")) << log.line;
  EXPECT_TRUE(log.line.contains(R"("address":"not a text"})")) << log.line;
}

TEST(Events, EveryOperationThatIsNamedExists) {
  const PortalWorker portal;
  std::set<SecurityEvent> reached;
  for (const edge::Route& route : portal.worker.router().routes()) {
    if (const auto event = edge::event_of_success(route.operation)) reached.insert(*event);
  }
  for (const SecurityEvent event : {SecurityEvent::kSignedIn, SecurityEvent::kSignedOut, SecurityEvent::kActivated,
                                    SecurityEvent::kMembershipSwitched})
    EXPECT_TRUE(reached.contains(event)) << name_of(event);
}

}  // namespace
}  // namespace portal::test
