// What tests of the PostgreSQL client share: statements made on the spot, a log that remembers, and questions asked of
// a lane.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "io/epoll_loop.hpp"
#include "pg/lane.hpp"
#include "support/postgres.hpp"

namespace portal::test {

using Answer = Result<std::vector<pg::Rows>>;

inline constexpr io::Duration kPatience{10'000};

class MemoryLog final : public pg::Log {
 public:
  void write(LogLevel level, std::string_view message) noexcept override { lines_.emplace_back(level, message); }
  bool has(std::string_view text) const;
  std::size_t count(LogLevel level) const;

 private:
  std::vector<std::pair<LogLevel, std::string>> lines_;
};

// A table of statements that grows.
class Statements {
 public:
  static constexpr std::uint16_t kRoom = 64;
  const pg::Statement* add(std::string text, std::vector<pg::Oid> types = {});

 private:
  struct Entry {
    std::string name;
    std::string text;
    std::vector<pg::Oid> types;
    pg::Statement statement;
  };
  std::deque<Entry> entries_;
};

template <class... Values>
pg::Query query(const pg::Statement* statement, const Values&... values) {
  pg::Parameters parameters;
  (parameters.add(values), ...);
  return {statement, std::move(parameters)};
}

template <class... Queries>
std::vector<pg::Query> segment(Queries... queries) {
  std::vector<pg::Query> all;
  (all.push_back(std::move(queries)), ...);
  return all;
}

// One segment that was asked for. Destroying it before its answer abandons it.
class Asked {
 public:
  Asked(pg::Lane& lane, std::vector<pg::Query> queries);
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  bool answered() const { return answer_.has_value(); }
  Answer& answer() { return *answer_; }
  ErrorCode error() const { return answer_->error().code; }

 private:
  static Task<void> ask(pg::Lane* lane, std::vector<pg::Query> queries, std::optional<Answer>* answer);

  std::optional<Answer> answer_;
  Task<void> task_;
};

class Engine {
 public:
  explicit Engine(pg::LaneOptions options = {});

  // Options of a lane to the test database, or through the folder of a proxy.
  static pg::LaneOptions options(const std::string& socket_folder = PrivatePostgres::get().socket_folder());

  std::unique_ptr<Asked> ask(std::vector<pg::Query> queries) {
    return std::make_unique<Asked>(lane, std::move(queries));
  }
  // Turns until every one is answered.
  template <class... Each>
  [[nodiscard]] bool wait_for(const Each&... asked) {
    return loop.run_until([&] { return (asked->answered() && ...); }, kPatience);
  }
  // Asks and waits for the answer.
  Answer answer_of(std::vector<pg::Query> queries);
  // Turns for a while, so that what would happen happens.
  void turn_for(io::Duration time);

  Statements statements;
  MemoryLog log;
  io::EpollLoop loop;
  pg::Lane lane;
};

}  // namespace portal::test
