// What an error of the database becomes, and that no value of a row gets into a log.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>

#include "pg/connect.hpp"
#include "support/engine.hpp"

namespace portal::test {
namespace {

struct Mapped {
  const char* state;
  ErrorCode code;
};

class SqlStateTest : public ::testing::TestWithParam<Mapped> {};

TEST_P(SqlStateTest, BecomesItsCode) {
  Engine engine;
  const pg::Statement* raise = engine.statements.add(
      std::string("do $$ begin raise exception 'ROW-VALUE' using errcode = '") + GetParam().state + "'; end $$");
  const Answer answer = engine.answer_of(segment(query(raise)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, GetParam().code);
  EXPECT_NE(answer.error().log_detail.find(GetParam().state), std::string::npos) << answer.error().log_detail;
}

INSTANTIATE_TEST_SUITE_P(
    States, SqlStateTest,
    ::testing::Values(Mapped{"PT401", ErrorCode::kNotSignedIn}, Mapped{"PT404", ErrorCode::kNotFound},
                      Mapped{"PT409", ErrorCode::kPrincipalChanged}, Mapped{"PT412", ErrorCode::kConflict},
                      Mapped{"57014", ErrorCode::kDeadlineExceeded}, Mapped{"55P03", ErrorCode::kOverloaded},
                      Mapped{"40001", ErrorCode::kOverloaded}, Mapped{"40P01", ErrorCode::kOverloaded},
                      Mapped{"53100", ErrorCode::kDatabaseUnavailable},
                      Mapped{"57P03", ErrorCode::kDatabaseUnavailable}, Mapped{"22021", ErrorCode::kInvalidRequest},
                      Mapped{"42501", ErrorCode::kInternal}, Mapped{"XX000", ErrorCode::kInternal}),
    [](const auto& info) { return info.param.state; });

TEST(ErrorOfTheDatabase, QuotesNoValue) {
  PrivatePostgres::get().execute(
      "drop table if exists secret; create table secret (a text primary key check (a <> 'CANARY-check'))");
  Engine engine;
  const pg::Statement* insert = engine.statements.add("insert into secret values ($1)", {pg::oid::kText});
  const pg::Statement* convert = engine.statements.add("select $1::int", {pg::oid::kText});
  ASSERT_TRUE(engine.answer_of(segment(query(insert, "CANARY-unique"))));
  for (const auto& asked :
       {query(insert, "CANARY-unique"), query(insert, "CANARY-check"), query(convert, "CANARY-number")}) {
    const Answer answer = engine.answer_of(segment(asked));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().log_detail.find("CANARY"), std::string::npos) << answer.error().log_detail;
    EXPECT_NE(answer.error().log_detail.find("SQLSTATE 2"), std::string::npos) << "but says enough to find the cause";
  }
}

TEST(StatementTimeout, IsADeadline) {
  pg::LaneOptions options = Engine::options();
  options.settings = {"statement_timeout=50", "lock_timeout=40"};
  Engine engine(std::move(options));
  const pg::Statement* wait = engine.statements.add("select pg_sleep(5)");
  EXPECT_EQ(engine.answer_of(segment(query(wait))).error().code, ErrorCode::kDeadlineExceeded);
  const pg::Statement* show =
      engine.statements.add("select current_setting('lock_timeout') || current_setting('client_encoding')");
  EXPECT_EQ((*engine.answer_of(segment(query(show))))[0][0].text(0), "40msUTF8");
}

struct Conninfo {
  const char* text;
  const char* refused;  // a word of the reason; empty: accepted
  pg::Network network = pg::Network::kUntrusted;
};

class ConninfoTest : public ::testing::TestWithParam<Conninfo> {};

TEST_P(ConninfoTest, IsCheckedBeforeAWorkerUsesIt) {
  const std::string why = pg::refuse_conninfo(GetParam().text, GetParam().network);
  if (*GetParam().refused) {
    EXPECT_NE(why.find(GetParam().refused), std::string::npos) << why;
  } else {
    EXPECT_EQ(why, "");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, ConninfoTest,
    ::testing::Values(
        Conninfo{"host=/run/postgresql dbname=portal user=portal_edge", ""},
        Conninfo{"hostaddr=127.0.0.1 port=5433 dbname=portal sslmode=verify-full host=db.example.com", ""},
        Conninfo{"host=/run/postgresql,/run/other dbname=portal", ""},
        Conninfo{"hostaddr=127.0.0.1,::1 dbname=portal", ""},
        Conninfo{"host=localhost dbname=portal", "names are not resolved"},
        Conninfo{"host=/run/postgresql,db.example.com dbname=portal", "names are not resolved"},
        Conninfo{"hostaddr=127.0.0.1, host=a,db.example.com", "names are not resolved"},
        Conninfo{"host=/run/postgresql sslpassword=x", "password_file"},
        Conninfo{"hostaddr=127.0.0.1 gssencmode=require", "gssencmode"},
        Conninfo{"dbname=portal", "names are not resolved"}, Conninfo{"", "names are not resolved"},
        Conninfo{"host=/run/postgresql password=x", "password_file"},
        Conninfo{"host=/run/postgresql service=x", "service"}, Conninfo{"host=/run/postgresql passfile=/x", "passfile"},
        Conninfo{"host=/run/postgresql options=-cx=y", "options"},
        Conninfo{"host=/run/postgresql nonsense=1", "nonsense"},
        Conninfo{"host=/a,/b target_session_attrs=primary", ""},
        Conninfo{"host=/a,/b target_session_attrs=read-write", ""}, Conninfo{"host=/a,/b target_session_attrs=any", ""},
        Conninfo{"host=/a,/b target_session_attrs=read-only", "target_session_attrs"},
        Conninfo{"host=/a,/b target_session_attrs=standby", "target_session_attrs"},
        Conninfo{"host=/a,/b target_session_attrs=prefer-standby", "target_session_attrs"},
        Conninfo{"postgresql://portal_edge:secret@/portal?host=/run/postgresql", "password_file"},
        Conninfo{"host='/unclosed", "unterminated"}));

// Catches a server that is asked over a network in clear, or without knowing that it is the one.
INSTANTIATE_TEST_SUITE_P(
    Networks, ConninfoTest,
    ::testing::Values(Conninfo{"hostaddr=10.0.0.5", "sslmode=verify-full"},
                      Conninfo{"hostaddr=fd00::5", "trusted_network"},
                      Conninfo{"hostaddr=10.0.0.5 sslmode=prefer", "sslmode=verify-full"},
                      Conninfo{"hostaddr=10.0.0.5 sslmode=require", "sslmode=verify-full"},
                      Conninfo{"hostaddr=10.0.0.5 sslmode=verify-ca host=db.example.com", "sslmode=verify-full"},
                      Conninfo{"hostaddr=10.0.0.5 sslmode=verify-full sslmode=disable", "sslmode=verify-full"},
                      Conninfo{"hostaddr=127.0.0.1,10.0.0.5", "sslmode=verify-full"},
                      Conninfo{"host=/run/postgresql hostaddr=10.0.0.5", "sslmode=verify-full"},
                      Conninfo{"host=/run/postgresql,/run/other hostaddr=,10.0.0.5", "sslmode=verify-full"},
                      Conninfo{"postgresql://portal_edge@/portal?hostaddr=10.0.0.5", "sslmode=verify-full"},
                      Conninfo{"hostaddr=::ffff:10.0.0.5", "sslmode=verify-full"},
                      Conninfo{"hostaddr=10.0.0.5 sslmode=verify-full host=db.example.com sslrootcert=/etc/ca.crt", ""},
                      Conninfo{"hostaddr=10.0.0.5,10.0.0.6 sslmode=verify-full host=a.example.com,b.example.com", ""},
                      Conninfo{"hostaddr=127.0.0.1", ""}, Conninfo{"hostaddr=127.8.9.10,::1 sslmode=disable", ""},
                      Conninfo{"hostaddr=10.0.0.5", "", pg::Network::kTrusted},
                      Conninfo{"host=/run/postgresql", "", pg::Network::kTrusted},
                      Conninfo{"host=db.example.com sslmode=verify-full", "names are not resolved",
                               pg::Network::kTrusted}));

// What libpq takes for itself of a conninfo and of what is said beside it.
std::string started_with(const std::string& conninfo, std::string_view keyword, std::size_t first_host) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(pg::start_connect(conninfo, "", {}, first_host),
                                                                PQfinish);
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(connection.get()),
                                                                             PQconninfoFree);
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
    if (option->keyword == keyword) return option->val ? option->val : "";
  return "no such keyword";
}

TEST(StartedConnection, TriesSeveralHostsInTurn) {
  const std::string addresses = "hostaddr=127.0.0.1,127.0.0.2,127.0.0.3 host=a,b,c port=1,2,3";
  EXPECT_EQ(started_with(addresses, "hostaddr", 0), "127.0.0.1,127.0.0.2,127.0.0.3");
  EXPECT_EQ(started_with(addresses, "hostaddr", 1), "127.0.0.2,127.0.0.3,127.0.0.1");
  EXPECT_EQ(started_with(addresses, "host", 1), "b,c,a") << "each address keeps its name";
  EXPECT_EQ(started_with(addresses, "port", 5), "3,1,2");
  EXPECT_EQ(started_with("host=/a,/b port=7", "host", 1), "/b,/a");
  EXPECT_EQ(started_with("host=/a,/b port=7", "port", 1), "7");
  EXPECT_EQ(started_with("host=/a,/b hostaddr=,127.0.0.1 port=7", "hostaddr", 1), "127.0.0.1,");
  EXPECT_EQ(started_with("host=/a port=7", "host", 3), "/a");
}

// Catches our own default of reads that passes for a standby's.
TEST(StartedConnection, WantsThePrimaryHoweverThatIsSaid) {
  EXPECT_EQ(started_with("host=/a target_session_attrs=read-write", "target_session_attrs", 0), "primary");
  EXPECT_EQ(started_with("host=/a,/b", "target_session_attrs", 0), "primary") << "on a standby nobody can listen";
  EXPECT_EQ(started_with("host=/a,/b target_session_attrs=any", "target_session_attrs", 0), "any");
  EXPECT_EQ(started_with("host=/a target_session_attrs=primary", "target_session_attrs", 0), "primary");
}

}  // namespace
}  // namespace portal::test
