// One PUT with a body in memory, for programs that feed a portal. Blocks until the answer is there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::outside {

struct PutRequest {
  std::string url;  // https, or http to this machine
  std::string bearer;
  std::string media_type;
  std::string_view body;  // outlives the call
  std::string ca_file;    // empty: those of the system
  // Asked about once a second: true gives up, and it is not known then what the server made of it.
  std::function<bool()> gives_up;
};

struct HttpAnswer {
  long status = 0;
  std::string body;
  std::int64_t retry_after_seconds = 0;  // 0: it does not say
};

// Fails when no answer came; the error's log_detail says why.
Result<HttpAnswer> put(const PutRequest& request);

// Whether a secret may travel there: https, or plain http that does not leave this machine.
bool may_be_fed(std::string_view url);

}  // namespace portal::outside
