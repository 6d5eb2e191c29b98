#include "redis/reply.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>

namespace portal::redis {

// hiredis bounds how deep replies are nested.
std::optional<Reply> copy_reply(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_NIL:
      return reply;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::kInteger;
      reply.integer = raw.integer;
      return reply;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::kText;
      reply.text.assign(raw.str, raw.len);
      return reply;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::kError;
      reply.text.assign(raw.str, raw.len);
      return reply;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::kArray;
      for (std::size_t index = 0; index < raw.elements; ++index) {
        std::optional<Reply> item = copy_reply(*raw.element[index]);
        if (!item) return std::nullopt;
        reply.items.push_back(std::move(*item));
      }
      return reply;
    default:
      return std::nullopt;
  }
}

bool says_unusable(const Reply& reply) {
  constexpr std::array<std::string_view, 9> kCodes = {"READONLY ",    "LOADING ", "MASTERDOWN ", "NOAUTH ", "NOPERM ",
                                                      "CLUSTERDOWN ", "MOVED ",   "ASK ",        "BUSY "};
  return reply.kind == Reply::Kind::kError &&
         std::ranges::any_of(kCodes, [&](std::string_view code) { return reply.text.starts_with(code); });
}

}  // namespace portal::redis
