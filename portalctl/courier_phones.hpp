// The courier's third work: reads the telephone numbers of contacts with a library that knows countries, so that staff
// find each however it is written. On a thread and a connection of its own, so that no message waits for it.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "portalctl/database.hpp"

namespace portal::portalctl {

class CourierPhones {
 public:
  // `log` gets lines for the journal and may be called from the thread of run().
  CourierPhones(Settings settings, std::function<void(const std::string&)> log)
      : settings_(std::move(settings)), log_(std::move(log)) {}

  // Until it is asked to stop.
  void run(const std::stop_token& stop);
  // Everything that waits; less when it is asked to stop.
  void work_off(const std::stop_token& stop = {});

 private:
  Outcome<void> connect();
  Outcome<bool> read_some();

  Settings settings_;
  std::function<void(const std::string&)> log_;
  std::optional<Database> database_;
  bool is_away_ = false;
};

}  // namespace portal::portalctl
