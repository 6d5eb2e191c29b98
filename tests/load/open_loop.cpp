// Sends GET requests at a fixed rate whatever the answers do, and counts each answer's time from the moment when its
// request was to be sent: what waits behind something slow counts as slow, which a client that waits for answers never
// sees. For rates at which a script would be what is measured.
//
//   portal_open_loop PORT RATE SECONDS CONNECTIONS FILE
//
// FILE holds whole requests, one after the other, which are sent in turn. SIGINT ends it sooner: it sends no more and
// waits for what was to be sent before. Prints JSON: percentiles in milliseconds, how many answers there were of each
// status.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "answer.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

using portal::load::give_up;
using portal::load::kEndOfHead;
using portal::load::number_of;

constexpr auto kLongestWait = std::chrono::seconds(10);  // for answers, after the last request

volatile std::sig_atomic_t told_to_end = 0;

std::vector<std::string> read_requests(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  std::vector<std::string> requests;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find(kEndOfHead, start);
    if (end == std::string::npos) break;
    requests.push_back(text.substr(start, end + kEndOfHead.size() - start));
    start = end + kEndOfHead.size();
  }
  return requests;
}

struct Connection {
  int descriptor = -1;
  bool busy = false;
  Clock::time_point intended;
  std::string received;
};

class OpenLoop {
 public:
  OpenLoop(std::uint16_t port, double rate, std::vector<std::string> requests, std::size_t connections)
      : port_(port), rate_(rate), requests_(std::move(requests)), connections_(connections), epoll_(epoll_create1(0)) {
    for (std::size_t index = 0; index < connections_.size(); ++index) open(index);
  }

  void run(std::chrono::seconds duration) {
    const Clock::time_point started = Clock::now();
    const auto due = [&](std::uint64_t number) {
      return started + nanoseconds(static_cast<std::int64_t>(static_cast<double>(number) * 1e9 / rate_));
    };
    auto all = static_cast<std::uint64_t>(rate_ * static_cast<double>(duration.count()));
    Clock::time_point end = started + duration;
    std::uint64_t planned = 0;
    while (answered_ < all) {
      const Clock::time_point now = Clock::now();
      if (told_to_end != 0 && planned < all) {
        all = planned;
        end = now;
      }
      if (now > end + kLongestWait) {
        errno = ETIMEDOUT;
        give_up("requests were not answered");
      }
      for (; planned < all && due(planned) <= now; ++planned) waiting_.push_back(due(planned));
      while (!waiting_.empty() && !idle_.empty()) send_next();
      nanoseconds pause = std::chrono::milliseconds(10);
      if (planned < all) pause = std::clamp<nanoseconds>(due(planned) - Clock::now(), nanoseconds(0), pause);
      wait(pause);
    }
  }

  void print() {
    if (times_.empty()) {
      errno = EINTR;
      give_up("nothing was answered");
    }
    std::ranges::sort(times_);
    const auto percentile = [&](double share) {
      const auto place = static_cast<std::size_t>(static_cast<double>(times_.size()) * share);
      return static_cast<double>(times_[std::min(place, times_.size() - 1)].count()) / 1e6;
    };
    std::printf(R"({"p50_ms": %.4f, "p90_ms": %.4f, "p99_ms": %.4f, "p999_ms": %.4f, "most_ms": %.4f, "statuses": {)",
                percentile(0.5), percentile(0.9), percentile(0.99), percentile(0.999), percentile(1));
    const char* separator = "";
    for (const auto& [status, count] : statuses_) {
      std::printf(R"(%s"%d": %llu)", separator, status, static_cast<unsigned long long>(count));
      separator = ", ";
    }
    std::printf("}}\n");
  }

 private:
  void open(std::size_t index) {
    Connection& connection = connections_[index];
    connection.descriptor = portal::load::connect_to_loopback(port_);
    fcntl(connection.descriptor, F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.u64 = index}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event) != 0) give_up("epoll_ctl");
    idle_.push_back(index);
  }

  void reopen(std::size_t index) {
    close(connections_[index].descriptor);
    open(index);
  }

  void send_next() {
    Connection& connection = connections_[idle_.back()];
    idle_.pop_back();
    const std::string& request = requests_[turn_++ % requests_.size()];
    connection.busy = true;
    connection.intended = waiting_.front();
    waiting_.pop_front();
    connection.received.clear();
    if (send(connection.descriptor, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      give_up("send");
  }

  void wait(nanoseconds pause) {
    const timespec timeout{.tv_sec = 0, .tv_nsec = pause.count()};
    std::array<epoll_event, 64> events{};
    const int ready = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int each = 0; each < ready; ++each)
      read(static_cast<std::size_t>(events[static_cast<std::size_t>(each)].data.u64));
  }

  void read(std::size_t index) {
    Connection& connection = connections_[index];
    const ssize_t size = recv(connection.descriptor, room_.data(), room_.size(), 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      if (connection.busy) give_up("a connection ended before its answer");
      std::erase(idle_, index);
      reopen(index);
      return;
    }
    connection.received.append(room_.data(), static_cast<std::size_t>(size));
    const int status = portal::load::status_of_whole(connection.received);
    if (status == 0) return;
    times_.push_back(Clock::now() - connection.intended);
    ++statuses_[status];
    ++answered_;
    connection.busy = false;
    // nginx ends a connection after so many requests, and says so.
    if (connection.received.contains("\r\nConnection: close\r\n"))
      reopen(index);
    else
      idle_.push_back(index);
  }

  std::uint16_t port_;
  double rate_;
  std::vector<std::string> requests_;
  std::vector<Connection> connections_;
  int epoll_;
  std::vector<std::size_t> idle_ = {};
  std::deque<Clock::time_point> waiting_ = {};  // intended moments of what could not be sent yet
  std::vector<nanoseconds> times_ = {};
  std::map<int, std::uint64_t> statuses_ = {};
  std::uint64_t answered_ = 0;
  std::size_t turn_ = 0;
  std::array<char, 65536> room_{};
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("usage: portal_open_loop PORT RATE SECONDS CONNECTIONS FILE\n", stderr);
    return 2;
  }
  try {
    std::vector<std::string> requests = read_requests(arguments[5]);
    if (requests.empty()) {
      std::fputs("the file holds no request\n", stderr);
      return 2;
    }
    OpenLoop loop(number_of<std::uint16_t>(arguments[1]), number_of<double>(arguments[2]), std::move(requests),
                  number_of<std::size_t>(arguments[4]));
    std::signal(SIGINT, [](int) { told_to_end = 1; });
    loop.run(std::chrono::seconds(number_of<int>(arguments[3])));
    loop.print();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  return 0;
}
