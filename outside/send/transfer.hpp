// Sending over the network with libcurl: many at a time, each on a thread of its own and with its own deadline, so
// that a server that answers one byte a second holds up nobody else.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "send/outcome.hpp"

using CURL = void;
struct curl_sockaddr;

namespace portal::outside {

struct Deadlines {
  std::chrono::milliseconds connect{20'000};
  std::chrono::milliseconds total{60'000};  // SECURITY M3
};

// One exchange with a server. Lives until it has ended; libcurl keeps pointers into it.
class Transfer {
 public:
  Transfer(const Deadlines& deadlines, const std::string& ca_file);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  virtual ~Transfer();

  // Blocks until it has ended; `ending` makes it end early.
  SendOutcome perform(const std::atomic<bool>& ending);

 protected:
  CURL* handle() const { return handle_; }
  // Connects to nothing but public addresses, whatever a name leads to.
  void refuse_own_networks();
  bool met_own_network() const { return met_own_network_; }
  // `code` is libcurl's. Says what the end means.
  virtual SendOutcome conclude(int code) = 0;
  long response_code() const;
  // libcurl's own words for what went wrong.
  std::string describe(int code) const;

 private:
  static int open_public(void* self, int purpose, curl_sockaddr* address) noexcept;

  CURL* handle_;
  std::unique_ptr<char[]> error_;
  bool met_own_network_ = false;
};

class Transfers {
 public:
  Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;
  ~Transfers();  // ends what is still under way, and waits for it

  // `id` comes back with the outcome.
  void begin(std::uint64_t id, std::unique_ptr<Transfer> transfer);
  // Waits until something has ended, one of the descriptors can be read, or the time is over.
  void wait(std::span<const int> descriptors, std::chrono::milliseconds longest);

  struct Ended {
    std::uint64_t id;
    SendOutcome outcome;
  };
  std::vector<Ended> take_ended();

 private:
  void run(std::uint64_t id, std::unique_ptr<Transfer> transfer) noexcept;

  int wake_;  // an eventfd
  std::atomic<bool> ending_ = false;
  std::map<std::uint64_t, std::thread> threads_;
  std::mutex mutex_;
  std::vector<Ended> ended_;  // under the mutex
};

// Once in a process, before any thread.
void prepare_network();

}  // namespace portal::outside
