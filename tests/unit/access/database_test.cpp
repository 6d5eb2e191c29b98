// What a principal may ask: `enter` goes in front of every segment, decides, and is not among the answers.
#include "access/database.hpp"

#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sql/auth.hpp"
#include "sql/portal.hpp"
#include "sql/sites.hpp"
#include "support/portal.hpp"

namespace portal::test {
namespace {

using access::Permission;

class CountedTouches final : public access::TouchQueue {
 public:
  void touch(const access::Member& member) override { touched.push_back(member.membership_id); }
  void touch(const access::Staff& staff) override { touched.push_back(staff.staff_id); }
  void touch(const access::Key& key) override { keys.push_back(key.account_id); }
  std::vector<std::int64_t> touched;
  std::vector<std::int64_t> keys;
};

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() {
    const std::string of = " from portal.membership where membership_id = " + membership;
    const auto text = [&](const std::string& column) {
      return PrivatePostgres::get().ask("select " + column + of, PrivatePostgres::kPortal);
    };
    const auto number = [&](const std::string& column) { return std::stoll(text(column)); };
    member.account_id = number("account_id");
    member.member_id = number("member_id");
    member.client_id = number("client_id");
    member.membership_id = std::stoll(membership);
    const std::string permissions = text("array_to_string(permissions, ',')");
    std::vector<std::string_view> names;
    for (const auto name : permissions | std::views::split(',')) names.emplace_back(name.begin(), name.end());
    member.permissions = access::Permissions::from_names(names).value();
    member.session_hash = crypto::Token::parse(open_session(membership))->hash();
  }
  Answer wait_for(Task<Answer> task) {
    std::optional<Answer> answer;
    Task<void> waiting = keep(std::move(task), &answer);
    waiting.handle().resume();
    if (!portal.loop.run_until([&] { return answer.has_value(); }, kPatience))
      return fail(ErrorCode::kInternal, "no answer");
    return std::move(*answer);
  }
  static Task<void> keep(Task<Answer> task, std::optional<Answer>* answer) { *answer = co_await std::move(task); }
  std::vector<pg::Query> sites() const { return segment(sql::list_sites(member.account_id, member.client_id, 500)); }
  access::MemberDatabase as_member() { return {portal.worker.lanes(), touches, member}; }

  std::string membership = (PrivatePostgres::get().demo(), demo_membership());
  access::Member member;
  PortalWorker portal;
  CountedTouches touches;
};

TEST_F(DatabaseTest, AnswersAreThoseOfTheQueriesAlone) {
  const Answer answer = wait_for(as_member().read(
      segment(sql::list_sites(member.account_id, member.client_id, 2), sql::get_portal(member.account_id))));
  ASSERT_TRUE(answer) << answer.error().log_detail;
  ASSERT_EQ(answer->size(), 2U);
  EXPECT_EQ((*answer)[0].size(), 2);
  EXPECT_EQ(sql::GetPortalRow::decode((*answer)[1][0]).name, "Brightwater");
}

// Catches a context that outlives its segment: the next one on the same connection would read with it.
TEST_F(DatabaseTest, NothingOfAContextIsLeftForTheNext) {
  ASSERT_FALSE(wait_for(as_member().read(sites()))->front().empty());
  access::AnonymousDatabase visitor(portal.worker.lanes(), member.account_id);
  const Answer answer = wait_for(visitor.read({}, sites()));
  ASSERT_TRUE(answer) << answer.error().log_detail;
  EXPECT_TRUE(answer->front().empty());
}

TEST_F(DatabaseTest, ASessionThatIsNoneIsRefused) {
  member.session_hash[0] ^= 1U;
  EXPECT_EQ(wait_for(as_member().read(sites())).error().code, ErrorCode::kNotSignedIn);
  EXPECT_EQ(wait_for(as_member().write(sites())).error().code, ErrorCode::kNotSignedIn);
}

TEST_F(DatabaseTest, WhatTheWorkerBelievesMustBeSo) {
  access::Member believed = member;
  believed.permissions.add(Permission::kViewAssetServices);
  std::swap(member, believed);
  EXPECT_EQ(wait_for(as_member().read(sites())).error().code, ErrorCode::kPrincipalChanged);
  member = believed;
  ++member.membership_id;
  EXPECT_EQ(wait_for(as_member().write(sites())).error().code, ErrorCode::kPrincipalChanged);
}

TEST_F(DatabaseTest, AUseIsNotedWhenTheLastNoteIsOld) {
  ASSERT_TRUE(wait_for(as_member().read(sites())));
  EXPECT_TRUE(touches.touched.empty());
  PrivatePostgres::get().execute("update portal.session set last_used_at = now() - interval '6 minutes'",
                                 PrivatePostgres::kPortal);
  ASSERT_TRUE(wait_for(as_member().read(sites())));
  EXPECT_EQ(touches.touched, std::vector{member.membership_id});
}

TEST_F(DatabaseTest, NobodySeesAnotherAccount) {
  member.account_id = std::stoll(PrivatePostgres::get().ask(
      "select account_id from portal.account where slug = 'northside'", PrivatePostgres::kPortal));
  EXPECT_EQ(wait_for(as_member().read(sites())).error().code, ErrorCode::kNotSignedIn);
}

}  // namespace
}  // namespace portal::test
