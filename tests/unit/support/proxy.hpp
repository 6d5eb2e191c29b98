// Stands between a client and PostgreSQL or Redis, on a thread of its own, and does to the wire what networks and
// servers do: cuts it, holds it, slices what arrives into single bytes, refuses. It knows where the server's messages
// begin, so that a test can name the one that is lost.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace portal::test {

class Proxy {
 public:
  enum class Protocol : std::uint8_t { kPostgres, kRedis };
  explicit Proxy(std::string server_socket, Protocol protocol = Protocol::kPostgres);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // host= of a conninfo.
  const std::string& folder() const { return folder_; }
  std::string socket_path() const { return folder_ + "/.s.PGSQL.5432"; }

  // While refusing, nobody gets a connection; those that exist stay.
  void refuse(bool on);
  // Closes every connection that exists.
  void cut();
  // While holding, nothing is passed on, in either direction; new connections are accepted and stay silent.
  void hold(bool on);
  // The server's answers arrive byte by byte.
  void slice(bool on);
  // The n-th message of this type that the server sends from now on (1: the next one), and all that follows on its
  // connection, is lost: the connection is closed instead. 'Z' is the answer to a sync, 'D' a row, 'C' the end of a
  // statement.
  void cut_before(char type, int number);
  // The n-th message of this type is lost, and what follows it arrives: in Redis '$' is a text, '+' a status.
  void swallow(char type, int number);
  // What the server says arrives so much later.
  void delay(std::chrono::milliseconds time) { delay_ = time; }

  int accepted() const { return accepted_; }
  int connections() const { return connections_; }

 private:
  struct Pair {
    int client;
    int server;
    std::string unfinished;  // of a message from the server
  };
  struct Cut {
    char type;
    int left;
    bool closes;
  };

  void run();
  void listen();
  void accept_one();
  bool pass_on(Pair& pair, bool from_server);
  bool pass_messages(Pair& pair);
  void close_pair(const Pair& pair);
  void interrupt();

  std::string server_socket_;
  Protocol protocol_;
  std::string folder_;
  int listener_ = -1;
  int event_;
  std::vector<Pair> pairs_;  // the thread's own
  std::mutex mutex_;
  std::optional<Cut> cut_;
  std::atomic<bool> refusing_{false};
  std::atomic<bool> holding_{false};
  std::atomic<bool> slicing_{false};
  std::atomic<bool> cutting_{false};
  std::atomic<std::chrono::milliseconds> delay_{};
  std::atomic<bool> ending_{false};
  std::atomic<int> accepted_{0};
  std::atomic<int> connections_{0};
  std::thread thread_;
};

}  // namespace portal::test
