#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct redisReply;

namespace portal::redis {

// What Redis said, as a value: hiredis' own replies live during its callback only.
struct Reply {
  enum class Kind : std::uint8_t { kNil, kInteger, kText, kError, kArray };

  Kind kind = Kind::kNil;
  std::int64_t integer = 0;
  std::string text;  // also a status ("OK"), or the error ("WRONGTYPE Operation against ...")
  std::vector<Reply> items;

  bool is_error(std::string_view code) const { return kind == Kind::kError && text.starts_with(code); }
};

// Nothing for a kind of reply that RESP2 does not have.
std::optional<Reply> copy_reply(const redisReply& raw);

// An error that says that this server cannot be used now, whatever it is asked: it starts, it only copies another one,
// it wants a password.
bool says_unusable(const Reply& reply);

}  // namespace portal::redis
