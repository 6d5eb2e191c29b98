// The client against a real Redis, through a proxy that does to the wire what networks and servers do.
#include "redis/client.hpp"

#include <gtest/gtest.h>

#include "io/epoll_loop.hpp"
#include "support/engine.hpp"
#include "support/proxy.hpp"
#include "support/redis.hpp"

namespace portal::test {
namespace {

using redis::Reply;

// One command that was asked. Destroying it before its answer leaves the command alone.
class Asked {
 public:
  Asked(redis::Client& client, redis::Command command) : task_(ask(&client, std::move(command), &answer_)) {
    task_.handle().resume();
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  bool answered() const { return answer_.has_value(); }
  bool failed() const { return answer_.has_value() && !*answer_; }
  const Reply& reply() const { return **answer_; }

 private:
  static Task<void> ask(redis::Client* client, redis::Command command, std::optional<Result<Reply>>* answer) {
    *answer = co_await client->run(std::move(command));
  }
  std::optional<Result<Reply>> answer_;
  Task<void> task_;
};

class RedisClientTest : public ::testing::Test {
 protected:
  redis::Options options(const std::string& path) {
    redis::Options options;
    options.address.path = path;
    options.first_pause = io::Duration(20);
    options.longest_pause = io::Duration(100);
    return options;
  }
  void connect() { connect(options(proxy.socket_path())); }
  void connect(redis::Options given) {
    client = std::make_unique<redis::Client>(loop, std::move(given), log);
    ASSERT_TRUE(is_ready());
  }
  bool is_ready() {
    return loop.run_until([&] { return client->ready(); }, kPatience);
  }
  std::unique_ptr<Asked> ask(redis::Command command) { return std::make_unique<Asked>(*client, std::move(command)); }
  bool wait_for(const std::unique_ptr<Asked>& asked) {
    return loop.run_until([&] { return asked->answered(); }, kPatience);
  }
  // The text of the answer; "-" when there is none.
  std::string answer_of(redis::Command command) {
    const std::unique_ptr<Asked> asked = ask(std::move(command));
    if (!wait_for(asked)) return "never answered";
    return asked->failed() ? "-" : asked->reply().text;
  }
  void turn_for(io::Duration time) {
    loop.run_until([] { return false; }, time);
  }

  PrivateRedis server;
  Proxy proxy{server.socket_path(), Proxy::Protocol::kRedis};
  MemoryLog log;
  io::EpollLoop loop;
  std::unique_ptr<redis::Client> client;
};

TEST_F(RedisClientTest, AnswersOfEveryKind) {
  connect();
  EXPECT_EQ(answer_of({"SET", "key", std::string("a\0\r\nb", 5)}), "OK");
  EXPECT_EQ(answer_of({"GET", "key"}), std::string("a\0\r\nb", 5));
  const auto nothing = ask({"GET", "none"});
  const auto number = ask({"INCR", "number"});
  const auto wrong = ask({"LPUSH", "key", "1"});
  const auto several = ask({"MGET", "number", "none"});
  ASSERT_TRUE(wait_for(several));
  EXPECT_EQ(nothing->reply().kind, Reply::Kind::kNil);
  EXPECT_EQ(number->reply().integer, 1);
  EXPECT_TRUE(wrong->reply().is_error("WRONGTYPE"));
  ASSERT_EQ(several->reply().items.size(), 2U);
  EXPECT_EQ(several->reply().items[0].text, "1");
  EXPECT_EQ(several->reply().items[1].kind, Reply::Kind::kNil);
  EXPECT_EQ(client->figures().errors, 1U);
  EXPECT_EQ(client->figures().opened, 0U);
}

TEST_F(RedisClientTest, ManyAtOnceKeepTheirAnswersAndMoreAreRefused) {
  redis::Options given = options(proxy.socket_path());
  given.deadline = io::Duration(5000);
  given.in_flight = 100;
  connect(std::move(given));
  proxy.slice(true);
  std::vector<std::unique_ptr<Asked>> asked;
  for (std::size_t number = 0; number < 120; ++number)
    asked.push_back(ask({"ECHO", "number " + std::to_string(number)}));
  ASSERT_TRUE(wait_for(asked[99]));
  for (std::size_t number = 0; number < 100; ++number)
    EXPECT_EQ(asked[number]->reply().text, "number " + std::to_string(number));
  for (std::size_t number = 100; number < 120; ++number) EXPECT_TRUE(asked[number]->failed()) << number;
  EXPECT_EQ(client->figures().refused, 20U);
}

// Catches an edge-triggered watch, and output that is forgotten when the socket is full.
TEST_F(RedisClientTest, ALongAnswerAndALongCommand) {
  redis::Options given = options(proxy.socket_path());
  given.deadline = io::Duration(5000);
  connect(std::move(given));
  const std::string large(60'000, 'x');
  EXPECT_EQ(answer_of({"SET", "key", large}), "OK");
  EXPECT_EQ(answer_of({"GET", "key"}), large);
  EXPECT_EQ(answer_of({"SET", "key", std::string(3'000'000, 'y')}), "OK");
  EXPECT_EQ(server.ask({"STRLEN", "key"}), "3000000");
}

TEST_F(RedisClientTest, AnAnswerWithoutAnEndIsNotWaitedFor) {
  redis::Options given = options(proxy.socket_path());
  given.deadline = io::Duration(5000);
  connect(std::move(given));
  server.ask({"SET", "key", std::string(3'000'000, 'y')});
  EXPECT_EQ(answer_of({"GET", "key"}), "-");
  EXPECT_TRUE(log.has("a reply without an end"));
}

TEST_F(RedisClientTest, WithoutAServerNobodyWaitsAndItIsFoundWhenItComes) {
  server.stop();
  client = std::make_unique<redis::Client>(loop, options(server.socket_path()), log);
  for (int round = 0; round < 30; ++round) {
    const auto asked = ask({"PING"});
    EXPECT_TRUE(asked->failed()) << "answered at once";
    client->post({"SET", "key", "value"});
    turn_for(io::Duration(10));
  }
  EXPECT_LE(client->figures().connects, 8U) << "20, 40, 80, 100 ms between tries";
  EXPECT_GE(client->figures().connects, 3U);
  EXPECT_EQ(log.count(LogLevel::kWarning), 1U) << "said once";
  server.start();
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(answer_of({"PING"}), "PONG");
  EXPECT_TRUE(log.has("redis: back"));
}

TEST_F(RedisClientTest, AServerThatIsSilentCostsItsDeadlineOnce) {
  connect();
  server.freeze(true);
  const io::MonotonicTime started = loop.now();
  const auto first = ask({"PING"});
  const auto second = ask({"PING"});
  ASSERT_TRUE(wait_for(second));
  const auto waited = loop.now() - started;
  EXPECT_TRUE(first->failed());
  EXPECT_TRUE(second->failed());
  EXPECT_GE(waited, io::Duration(50));
  EXPECT_LT(waited, io::Duration(400));
  EXPECT_EQ(client->figures().timeouts, 1U);
  // Probes time out beside the requests, which are told at once.
  const io::MonotonicTime open_since = loop.now();
  std::uint64_t refused = 0;
  while (loop.now() - open_since < io::Duration(500)) {
    const auto asked = ask({"PING"});
    ASSERT_TRUE(asked->failed());
    ++refused;
    turn_for(io::Duration(2));
  }
  EXPECT_EQ(client->figures().refused, refused);
  EXPECT_GE(client->figures().timeouts, 3U) << "it was probed";
  server.freeze(false);
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(answer_of({"PING"}), "PONG");
}

TEST_F(RedisClientTest, AServerThatIsSlowIsNotUsed) {
  connect();
  proxy.delay(std::chrono::milliseconds(200));
  EXPECT_EQ(answer_of({"PING"}), "-");
  const io::MonotonicTime started = loop.now();
  while (loop.now() - started < io::Duration(600)) {
    ASSERT_TRUE(ask({"PING"})->failed()) << "a probe was too slow, and yet it was let in";
    turn_for(io::Duration(5));
  }
  proxy.delay(std::chrono::milliseconds(0));
  ASSERT_TRUE(is_ready());
}

TEST_F(RedisClientTest, AConnectionThatIsCutFailsWhatIsOnItsWayAndComesBack) {
  connect();
  for (const char type : {'$', '+'}) {
    proxy.cut_before(type, 1);
    const auto asked = ask({"SET", "key", "value"});
    ASSERT_TRUE(wait_for(asked));
    EXPECT_TRUE(asked->failed()) << type;
    ASSERT_TRUE(is_ready());
    EXPECT_EQ(answer_of({"ECHO", "well"}), "well");
  }
  proxy.cut();
  ASSERT_TRUE(loop.run_until([&] { return !client->ready(); }, kPatience));
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(client->figures().opened, 3U);
}

// SECURITY Q12. Catches a client that takes the next reply for the one that was lost: without the numbers the second
// command would get the answer of the third.
TEST_F(RedisClientTest, RepliesThatAreShiftedReachNobody) {
  connect();
  for (int round = 0; round < 6; ++round) {
    proxy.swallow('$', 1 + round % 3);
    std::vector<std::unique_ptr<Asked>> asked;
    for (std::size_t number = 0; number < 4; ++number)
      asked.push_back(ask({"ECHO", "answer " + std::to_string(number)}));
    for (const auto& each : asked) ASSERT_TRUE(wait_for(each));
    int failed = 0;
    for (std::size_t number = 0; number < 4; ++number) {
      if (asked[number]->failed()) {
        ++failed;
      } else {
        EXPECT_EQ(asked[number]->reply().text, "answer " + std::to_string(number)) << "a stranger's answer";
      }
    }
    EXPECT_GE(failed, 3) << "in round " << round;
    ASSERT_TRUE(is_ready());
  }
  EXPECT_TRUE(log.has("do not match"));
}

TEST_F(RedisClientTest, LeavingACommandClosesTheConnection) {
  connect();
  proxy.hold(true);
  auto leaving = ask({"ECHO", "of somebody who left"});
  const auto staying = ask({"ECHO", "of somebody who stays"});
  leaving.reset();
  ASSERT_TRUE(wait_for(staying));
  EXPECT_TRUE(staying->failed());
  proxy.hold(false);
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(answer_of({"ECHO", "mine"}), "mine");
  EXPECT_TRUE(log.has("left alone"));
}

TEST_F(RedisClientTest, WhoLeavesAtAnyTimeLeavesNothingBehind) {
  for (int turns = 0; turns < 30; ++turns) {
    client = std::make_unique<redis::Client>(loop, options(proxy.socket_path()), log);
    for (int turn = 0; turn < turns / 3; ++turn) loop.turn(io::Duration(1));
    auto asked = ask({"ECHO", "x"});
    auto other = ask({"ECHO", "y"});
    client->post({"SET", "key", "value"});
    for (int turn = 0; turn < turns % 3; ++turn) loop.turn(io::Duration(1));
    if (turns % 2 == 0) asked.reset();
    other.reset();
    asked.reset();
    client.reset();
    ASSERT_EQ(loop.alive(), 0U) << turns;
  }
}

TEST_F(RedisClientTest, EveryPlaceWhereAnAnswerCanBeCutIsSurvived) {
  for (const char type : {'$', '+'}) {
    for (int number = 1; number <= 4; ++number) {
      proxy.cut_before(type, number);
      client = std::make_unique<redis::Client>(loop, options(proxy.socket_path()), log);
      ASSERT_TRUE(is_ready());
      for (int round = 0; round < 3; ++round) {
        const auto first = ask({"SET", "key", "value"});
        const auto second = ask({"GET", "key"});
        ASSERT_TRUE(wait_for(first));
        ASSERT_TRUE(wait_for(second));
        if (!second->failed()) EXPECT_EQ(second->reply().text, "value");
      }
      client.reset();
      EXPECT_EQ(loop.alive(), 0U);
    }
  }
}

// SECURITY Q5, Q11: a full server still answers, one that only copies another is not used.
TEST_F(RedisClientTest, ErrorsOfTheServer) {
  connect();
  server.ask({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_TRUE(answer_of({"SET", "key", "value"}).starts_with("OOM")) << "told, and nothing worse";
  EXPECT_TRUE(client->ready());
  server.ask({"CONFIG", "SET", "maxmemory", "0"});
  server.ask({"REPLICAOF", "127.0.0.1", "1"});
  EXPECT_EQ(answer_of({"SET", "key", "value"}), "-");
  EXPECT_FALSE(client->ready());
  EXPECT_TRUE(log.has("READONLY"));
}

TEST_F(RedisClientTest, Passwords) {
  server.ask({"CONFIG", "SET", "requirepass", "a secret"});
  redis::Options right = options(server.socket_path());
  right.password = "a secret";
  connect(right);
  EXPECT_EQ(answer_of({"PING"}), "PONG");
  for (const char* password : {"", "another"}) {
    redis::Options wrong = options(server.socket_path());
    wrong.password = password;
    client = std::make_unique<redis::Client>(loop, std::move(wrong), log);
    turn_for(io::Duration(200));
    EXPECT_FALSE(client->ready()) << password;
  }
  EXPECT_TRUE(log.has("NOAUTH"));
  EXPECT_TRUE(log.has("WRONGPASS"));
  EXPECT_FALSE(log.has("a secret"));
}

TEST_F(RedisClientTest, APasswordIsNotLoggedWhereRedisRepeatsIt) {
  PrivateRedis without_auth({"--rename-command", "AUTH", ""});
  redis::Options given = options(without_auth.socket_path());
  given.password = "a secret";
  client = std::make_unique<redis::Client>(loop, std::move(given), log);
  turn_for(io::Duration(200));
  EXPECT_FALSE(client->ready());
  EXPECT_TRUE(log.has("unknown command"));
  EXPECT_FALSE(log.has("a secret"));
}

}  // namespace
}  // namespace portal::test
