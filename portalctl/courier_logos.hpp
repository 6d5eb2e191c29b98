// The courier's other work: makes of the logos that staff send in what members see. On a thread and a connection of its
// own, so that no message waits for a picture.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "images/image_process.hpp"
#include "portalctl/database.hpp"
#include "portalctl/file_store.hpp"
#include "portalctl_sql/logos.hpp"

namespace portal::portalctl {

class CourierLogos {
 public:
  // `log` gets lines for the journal and may be called from the thread of run().
  CourierLogos(Settings settings, FileStore store, std::function<void(const std::string&)> log)
      : settings_(std::move(settings)), store_(std::move(store)), log_(std::move(log)) {}

  // Until it is asked to stop; what is being made then is finished.
  void run(const std::stop_token& stop);
  // Everything that waits.
  void work_off();

 private:
  using Token = std::array<std::uint8_t, 16>;
  Outcome<void> connect();
  Outcome<bool> make_next();
  Outcome<void> keep(std::int64_t account_id, const Token& token, const outside::RenderedLogo& logo);
  void wait(std::chrono::milliseconds longest);

  Settings settings_;
  FileStore store_;
  std::function<void(const std::string&)> log_;
  std::optional<Database> database_;
  bool is_away_ = false;
};

}  // namespace portal::portalctl
