#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <array>
#include <bit>
#include <string>
#include <vector>

#include "auth/load_session.hpp"
#include "auth/render_session.hpp"

namespace portal::auth {
namespace {

struct Membership {
  std::int64_t id;
  std::int64_t client_id;
  std::string client_name;
};

// A result as libpq makes it of the answer to list_memberships.
pg::Rows rows_of(std::vector<Membership> memberships) {
  PGresult* result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
  std::array<PGresAttDesc, 3> columns{};
  char name[] = "column";
  for (PGresAttDesc& column : columns) {
    column = {
        .name = name, .tableid = 0, .columnid = 0, .format = 1, .typid = pg::oid::kInt8, .typlen = -1, .atttypmod = -1};
  }
  columns[2].typid = pg::oid::kText;
  PQsetResultAttrs(result, static_cast<int>(columns.size()), columns.data());
  int row = 0;
  for (Membership& membership : memberships) {
    auto id = std::bit_cast<std::array<char, 8>>(std::byteswap(membership.id));
    auto client_id = std::bit_cast<std::array<char, 8>>(std::byteswap(membership.client_id));
    PQsetvalue(result, row, 0, id.data(), 8);
    PQsetvalue(result, row, 1, client_id.data(), 8);
    PQsetvalue(result, row++, 2, membership.client_name.data(), static_cast<int>(membership.client_name.size()));
  }
  return pg::Rows(result);
}

sql::LoadSessionRow anna() {
  return {.session_id = 1,
          .member_id = 21,
          .email = "anna.moore@acme.example",
          .email_change_pending = false,
          .first_name = "Anna",
          .surname = "Moore",
          .language = "en",
          .membership_id = 11,
          .client_id = 5,
          .client_name = "Acme \"Facilities\"",
          .permissions = {"view_job_status", "view_documents"}};
}

TEST(RenderSession, TellsEverythingThatTheContractNames) {
  const sql::LoadSessionRow row = anna();
  const Result<access::Member> member = to_member(3, {}, row);
  ASSERT_TRUE(member);
  const pg::Rows memberships = rows_of({{11, 5, "Acme \"Facilities\""}, {12, 6, "Moore Family"}});
  EXPECT_EQ(render_session(row, member->permissions, memberships),
            R"({"member":{"id":"21","email":"anna.moore@acme.example","first_name":"Anna","surname":"Moore",)"
            R"("language":"en","email_change_pending":false},)"
            R"("membership":{"id":"11","client":{"id":"5","name":"Acme \"Facilities\""},)"
            R"("permissions":["view_documents","view_job_status"]},)"
            R"("memberships":[{"id":"11","client":{"id":"5","name":"Acme \"Facilities\""}},)"
            R"({"id":"12","client":{"id":"6","name":"Moore Family"}}]})");
}

TEST(RenderSession, WhatIsNotKnownIsNull) {
  sql::LoadSessionRow row = anna();
  row.email = std::nullopt;
  row.email_change_pending = true;
  row.first_name = "";
  row.surname = "";
  row.language = std::nullopt;
  const std::string text = render_session(row, {}, rows_of({}));
  EXPECT_NE(text.find(R"("member":{"id":"21","email":null,"first_name":null,"surname":null,"language":null,)"
                      R"("email_change_pending":true})"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("permissions":[]},"memberships":[]})"), std::string::npos) << text;
}

TEST(ToMember, TakesTheMembershipOfTheSession) {
  access::SessionHash hash{};
  hash[0] = 7;
  const Result<access::Member> member = to_member(3, hash, anna());
  ASSERT_TRUE(member);
  EXPECT_EQ(member->account_id, 3);
  EXPECT_EQ(member->member_id, 21);
  EXPECT_EQ(member->membership_id, 11);
  EXPECT_EQ(member->client_id, 5);
  EXPECT_EQ(member->session_hash, hash);
  EXPECT_EQ(member->permissions,
            (access::Permissions{access::Permission::kViewJobStatus, access::Permission::kViewDocuments}));
}

TEST(ToMember, DoesNotGuessWhatAPermissionMeans) {
  sql::LoadSessionRow row = anna();
  row.permissions.emplace_back("view_the_future");
  const Result<access::Member> member = to_member(3, {}, row);
  ASSERT_FALSE(member);
  EXPECT_EQ(member.error().code, ErrorCode::kSchemaMismatch);
}

}  // namespace
}  // namespace portal::auth
