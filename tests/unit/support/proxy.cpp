#include "support/proxy.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace portal::test {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::length_error("a socket's path is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

int make_socket() {
  const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) throw std::system_error(errno, std::system_category(), "socket");
  // A test that does not read must not keep the proxy from ending.
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return made;
}

bool send_all(int to, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(to, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

// 0: it is not known yet.
std::size_t size_of_redis_reply(const std::string& bytes) {
  const std::size_t line = bytes.find("\r\n");
  if (line == std::string::npos) return 0;
  const std::size_t head = line + 2;
  if (bytes[0] != '$' || bytes[1] == '-') return head;
  return head + std::stoul(bytes.substr(1)) + 2;
}

std::size_t size_of_postgres_message(const std::string& bytes) {
  if (bytes.size() < 5) return 0;
  std::size_t size = 1;
  for (std::size_t index = 1, place = 3; index < 5; ++index, --place)
    size += static_cast<std::size_t>(static_cast<unsigned char>(bytes[index])) << (8 * place);
  return size;
}

}  // namespace

Proxy::Proxy(std::string server_socket, Protocol protocol)
    : server_socket_(std::move(server_socket)), protocol_(protocol), event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  std::string pattern = "/tmp/portico-proxy.XXXXXX";
  if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
  folder_ = pattern;
  listen();
  thread_ = std::thread(&Proxy::run, this);
}

Proxy::~Proxy() {
  ending_ = true;
  interrupt();
  thread_.join();
  for (const Pair& pair : pairs_) close_pair(pair);
  if (listener_ >= 0) close(listener_);
  close(event_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Proxy::listen() {
  const std::string path = folder_ + "/.s.PGSQL.5432";
  const sockaddr_un address = address_of(path);
  unlink(path.c_str());
  listener_ = make_socket();
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::system_error(errno, std::system_category(), "bind");
  }
}

void Proxy::interrupt() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event_, &one, sizeof one);
}

void Proxy::refuse(bool on) {
  refusing_ = on;
  interrupt();
  // The thread opens and closes the listening socket; the file shows that it did.
  while (std::filesystem::exists(folder_ + "/.s.PGSQL.5432") == on)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Proxy::cut() {
  cutting_ = true;
  interrupt();
  while (cutting_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Proxy::hold(bool on) {
  holding_ = on;
  interrupt();
}

void Proxy::slice(bool on) { slicing_ = on; }

void Proxy::cut_before(char type, int number) {
  const std::scoped_lock lock(mutex_);
  cut_ = Cut{type, number, true};
}

void Proxy::swallow(char type, int number) {
  const std::scoped_lock lock(mutex_);
  cut_ = Cut{type, number, false};
}

void Proxy::accept_one() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = make_socket();
  const sockaddr_un address = address_of(server_socket_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(client);
    close(server);
    return;
  }
  pairs_.push_back({client, server, {}});
  ++accepted_;
  ++connections_;
}

void Proxy::close_pair(const Pair& pair) {
  close(pair.client);
  close(pair.server);
  --connections_;
}

bool Proxy::pass_messages(Pair& pair) {
  while (!pair.unfinished.empty()) {
    const std::size_t size = protocol_ == Protocol::kPostgres ? size_of_postgres_message(pair.unfinished)
                                                              : size_of_redis_reply(pair.unfinished);
    if (size == 0 || pair.unfinished.size() < size) return true;
    {
      const std::scoped_lock lock(mutex_);
      if (cut_ && cut_->type == pair.unfinished[0] && --cut_->left == 0) {
        const bool closes = cut_->closes;
        cut_.reset();
        if (closes) return false;
        pair.unfinished.erase(0, size);
        continue;
      }
    }
    const std::size_t step = slicing_ ? 1 : size;
    for (std::size_t sent = 0; sent < size; sent += step) {
      if (!send_all(pair.client, pair.unfinished.data() + sent, step)) return false;
      if (slicing_) std::this_thread::yield();
    }
    pair.unfinished.erase(0, size);
  }
  return true;
}

bool Proxy::pass_on(Pair& pair, bool from_server) {
  std::array<char, 65536> bytes;
  const ssize_t got = recv(from_server ? pair.server : pair.client, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  if (!from_server) return send_all(pair.server, bytes.data(), static_cast<std::size_t>(got));
  pair.unfinished.append(bytes.data(), static_cast<std::size_t>(got));
  std::this_thread::sleep_for(delay_.load());
  return pass_messages(pair);
}

void Proxy::run() {
  while (!ending_) {
    if (refusing_ && listener_ >= 0) {
      close(listener_);
      listener_ = -1;
      unlink((folder_ + "/.s.PGSQL.5432").c_str());
    } else if (!refusing_ && listener_ < 0) {
      listen();
    }
    if (cutting_) {
      for (const Pair& pair : pairs_) close_pair(pair);
      pairs_.clear();
      cutting_ = false;
    }
    std::vector<pollfd> polled = {{event_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      const short wanted = holding_ ? 0 : POLLIN;
      polled.push_back({pair.client, wanted, 0});
      polled.push_back({pair.server, wanted, 0});
    }
    if (poll(polled.data(), polled.size(), 1000) <= 0) continue;
    std::uint64_t ignored = 0;
    if (polled[0].revents) [[maybe_unused]]
      const ssize_t got = read(event_, &ignored, sizeof ignored);
    std::vector<Pair> left;
    for (std::size_t index = 0; index < pairs_.size(); ++index) {
      Pair& pair = pairs_[index];
      bool alive = !polled[2 + index * 2].revents || pass_on(pair, false);
      alive = alive && (!polled[3 + index * 2].revents || pass_on(pair, true));
      if (alive) {
        left.push_back(std::move(pair));
      } else {
        close_pair(pair);
      }
    }
    pairs_ = std::move(left);
    if (listener_ >= 0 && polled[1].revents) accept_one();
  }
}

}  // namespace portal::test
