// What became of a try to send something.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace portal::outside {

enum class Verdict : std::uint8_t {
  kSent,
  kLater,    // tried in vain: the server is away, or said so
  kRefused,  // for good: this recipient or this message
};

struct SendOutcome {
  Verdict verdict = Verdict::kLater;
  std::string reason;                   // for people: what the server said, or why it was not reached. Never a secret.
  std::chrono::seconds retry_after{0};  // the server's own wish; 0: none
  bool server_is_away = false;          // no message would have come through, whatever it was
};

// One line of printable text with an end, whatever a server sent.
std::string printable(std::string_view text);

}  // namespace portal::outside
