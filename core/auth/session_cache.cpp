#include "auth/session_cache.hpp"

#include <chrono>
#include <string>

#include "auth/session_value.hpp"
#include "base/random.hpp"
#include "redis/client.hpp"

namespace portal::auth {
namespace {

constexpr std::chrono::seconds kLongestLife{15 * 60};
constexpr std::uint64_t kJitterSeconds = 3 * 60;  // entries that were made together do not all end together
constexpr std::string_view kLastByte = "511";     // twice what a value of ours has; nobody makes us read more
constexpr io::Duration kTellAgainAfter{60'000};

Timestamp wall_clock() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

SessionCache::SessionCache(redis::Client& redis, const crypto::Keyring& keys, io::Loop& loop, Log& log)
    : redis_(redis), keys_(keys), loop_(loop), log_(log) {}

Task<std::optional<access::Member>> SessionCache::find(std::int64_t account_id, access::SessionHash hash) {
  if (!redis_.ready()) {
    ++figures_.unanswered;
    co_return std::nullopt;
  }
  redis::Command command{"GETRANGE", name_session_entry(hash, keys_), "0", std::string(kLastByte)};
  const Result<redis::Reply> reply = co_await redis_.run(std::move(command));
  if (!reply) {
    ++figures_.unanswered;
    co_return std::nullopt;
  }
  co_return read(*reply, account_id, hash);
}

std::optional<access::Member> SessionCache::read(const redis::Reply& reply, std::int64_t account_id,
                                                 const access::SessionHash& hash) {
  // GETRANGE says "" for what is not there.
  const bool is_text = reply.kind == redis::Reply::Kind::kText;
  if (is_text && reply.text.empty()) {
    ++figures_.misses;
    return std::nullopt;
  }
  const Result<SessionValue> value =
      is_text ? open_session_value(reply.text, hash, keys_) : fail(ErrorCode::kInternal, reply.text);
  if (!value) {
    refuse(hash);
    return std::nullopt;
  }
  // A cookie counts only at the host of its account.
  if (value->member.account_id != account_id || value->expires_at <= wall_clock()) {
    ++figures_.misses;
    return std::nullopt;
  }
  ++figures_.hits;
  return value->member;
}

void SessionCache::refuse(const access::SessionHash& hash) {
  ++figures_.refused;
  remove(hash);
  if (told_at_ && loop_.now() - *told_at_ < kTellAgainAfter) return;
  log_.write(LogLevel::kWarning, "redis: values of sessions that this portal has not written were removed: " +
                                     std::to_string(figures_.refused - told_refused_));
  told_at_ = loop_.now();
  told_refused_ = figures_.refused;
}

void SessionCache::store(const access::Member& member) noexcept {
  if (!redis_.ready()) return;
  try {
    const auto life = kLongestLife - std::chrono::seconds(random_below(kJitterSeconds));
    std::string value = seal_session({.member = member, .expires_at = wall_clock() + life}, keys_);
    redis_.post(
        {"SET", name_session_entry(member.session_hash, keys_), std::move(value), "EX", std::to_string(life.count())});
  } catch (const std::exception& failure) {
    log_.write(LogLevel::kError, failure.what());
  }
}

void SessionCache::remove(const access::SessionHash& hash) noexcept {
  if (!redis_.ready()) return;
  try {
    redis_.post({"UNLINK", name_session_entry(hash, keys_)});
  } catch (const std::exception& failure) {
    log_.write(LogLevel::kError, failure.what());
  }
}

}  // namespace portal::auth
