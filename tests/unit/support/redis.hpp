// A private Redis for the test program: one unix socket, nothing kept on disk, gone with its object.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace portal::test {

class PrivateRedis {
 public:
  explicit PrivateRedis(std::vector<std::string> options = {});
  ~PrivateRedis();
  PrivateRedis(const PrivateRedis&) = delete;
  PrivateRedis& operator=(const PrivateRedis&) = delete;

  std::string socket_path() const { return folder_ + "/redis.sock"; }

  // A command on a connection of its own; arrays are joined with spaces, nothing is "(nil)", errors are "ERROR ...".
  std::string ask(const std::vector<std::string>& command) const;

  void stop();
  void start();
  // Alive and silent, as a machine that swaps.
  void freeze(bool on) const;

 private:
  std::vector<std::string> options_;
  std::string folder_;
  pid_t server_ = -1;
};

}  // namespace portal::test
