// Another system commits one change after the other, and a member asks without a pause until the change is there: how
// long that takes from the moment at which the commit was acknowledged.
//
//   portal_commit_to_fresh CONNINFO STATEMENT PORT COMMITS FILE
//
// STATEMENT has one parameter, a text that the answer to the request in FILE shows. Prints JSON, in microseconds: until
// the whole answer with the change was there; of that, until it was asked for (answers before it were old), and its own
// time; and how many answers were old.
//
// It goes before everything else that runs, where the system lets it: otherwise it would tell how long it waits for a
// processor itself, beside a load that takes all there is. "goes_first" in the output says whether it did.
#include <libpq-fe.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "answer.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using portal::load::give_up;
using std::chrono::nanoseconds;

constexpr auto kPause = std::chrono::milliseconds(10);  // between commits
constexpr auto kLongest = std::chrono::seconds(5);

class Database {
 public:
  Database(const char* conninfo, const char* statement) : connection_(PQconnectdb(conninfo), PQfinish) {
    check(PQstatus(connection_.get()) == CONNECTION_OK);
    const Result prepared(PQprepare(connection_.get(), "change", statement, 1, nullptr), PQclear);
    check(PQresultStatus(prepared.get()) == PGRES_COMMAND_OK);
  }

  // Commits; returns once that is acknowledged.
  void change(const std::string& text) {
    const char* value = text.c_str();
    const Result result(PQexecPrepared(connection_.get(), "change", 1, &value, nullptr, nullptr, 0), PQclear);
    check(PQresultStatus(result.get()) == PGRES_COMMAND_OK && std::string_view(PQcmdTuples(result.get())) == "1");
  }

 private:
  using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

  void check(bool good) const {
    if (!good) throw std::runtime_error(std::string("the database: ") + PQerrorMessage(connection_.get()));
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

class Reader {
 public:
  Reader(std::uint16_t port, std::string request)
      : descriptor_(portal::load::connect_to_loopback(port)), request_(std::move(request)) {}
  ~Reader() { close(descriptor_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Valid until the next one.
  std::string_view read() {
    received_.clear();
    if (send(descriptor_, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size()))
      give_up("send");
    int status = 0;
    while (status == 0) {
      const ssize_t size = recv(descriptor_, room_.data(), room_.size(), 0);
      if (size == 0) errno = ECONNRESET;
      if (size <= 0) give_up("recv");
      received_.append(room_.data(), static_cast<std::size_t>(size));
      status = portal::load::status_of_whole(received_);
    }
    if (status != 200) throw std::runtime_error("an answer was " + std::to_string(status));
    return received_;
  }

 private:
  int descriptor_;
  std::string request_;
  std::string received_;
  std::array<char, 65536> room_{};
};

class Figures {
 public:
  void add(nanoseconds until_asked, nanoseconds of_answer) {
    until_asked_.push_back(until_asked);
    of_answer_.push_back(of_answer);
    together_.push_back(until_asked + of_answer);
  }
  void count_old() { ++old_; }

  void print(bool goes_first) {
    std::printf(R"({"commits": %zu, "old_answers": %llu, "goes_first": %s)", together_.size(),
                static_cast<unsigned long long>(old_), goes_first ? "true" : "false");
    print_one("fresh", together_);
    print_one("asked", until_asked_);
    print_one("answer", of_answer_);
    std::printf("}\n");
  }

 private:
  static void print_one(const char* name, std::vector<nanoseconds>& times) {
    std::ranges::sort(times);
    const auto microseconds = [&](double share) {
      const auto place = static_cast<std::size_t>(static_cast<double>(times.size()) * share);
      return static_cast<double>(times[std::min(place, times.size() - 1)].count()) / 1e3;
    };
    for (const auto& [word, share] : {std::pair("p50", 0.5), {"p90", 0.9}, {"p99", 0.99}, {"most", 1.0}})
      std::printf(R"(, "%s_%s_us": %.1f)", name, word, microseconds(share));
  }

  std::vector<nanoseconds> together_;
  std::vector<nanoseconds> until_asked_;
  std::vector<nanoseconds> of_answer_;
  std::uint64_t old_ = 0;
};

void measure_one(Database& database, Reader& reader, const std::string& mark, Figures& figures) {
  database.change(mark);
  const Clock::time_point acknowledged = Clock::now();
  while (true) {
    const Clock::time_point asked = Clock::now();
    const bool is_fresh = reader.read().contains(mark);
    const Clock::time_point answered = Clock::now();
    if (is_fresh) return figures.add(asked - acknowledged, answered - asked);
    figures.count_old();
    if (answered - acknowledged > kLongest) throw std::runtime_error("a change was not seen");
  }
}

// It sleeps nearly always, so that nobody misses the processor.
bool go_first() {
  const sched_param least{.sched_priority = sched_get_priority_min(SCHED_FIFO)};
  return sched_setscheduler(0, SCHED_FIFO, &least) == 0;
}

std::string text_of(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("usage: portal_commit_to_fresh CONNINFO STATEMENT PORT COMMITS FILE\n", stderr);
    return 2;
  }
  try {
    Database database(arguments[1], arguments[2]);
    Reader reader(portal::load::number_of<std::uint16_t>(arguments[3]), text_of(arguments[5]));
    const int commits = portal::load::number_of<int>(arguments[4]);
    const bool goes_first = go_first();
    Figures figures;
    for (int number = 0; number < commits; ++number) {
      // No two of one run, nor of two runs after each other, are the same.
      measure_one(database, reader, "mark " + std::to_string(number) + " of " + std::to_string(getpid()) + " end",
                  figures);
      std::this_thread::sleep_for(kPause);
    }
    figures.print(goes_first);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  return 0;
}
