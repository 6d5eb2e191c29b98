// How far long work has come, on standard error: a bar that moves on a terminal, a line at every tenth elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace portal::portalctl {

class Progress {
 public:
  // `what` is counted, in the plural: "jobs".
  Progress(std::string what, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void reach(std::int64_t done);

 private:
  std::string what_;
  std::int64_t total_;
  std::int64_t tenths_shown_ = 0;
  bool on_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace portal::portalctl
