#include "portalctl/doctor_redis.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/task.hpp"
#include "io/epoll_loop.hpp"
#include "portalctl/text.hpp"
#include "portalctl/text_file.hpp"
#include "redis/client.hpp"

namespace portal::portalctl {
namespace {

constexpr io::Duration kPatience{1000};

class LastLine final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view message) noexcept override {
    try {
      text = message.substr(0, message.find(';'));
    } catch (const std::exception&) {
      text.clear();
    }
  }
  std::string text;
};

Finding ill(std::string says, std::string mend) {
  return {.subject = "redis", .is_well = false, .says = std::move(says), .mend = std::move(mend)};
}

Task<void> write_something(redis::Client& client, Result<redis::Reply>& reply, bool& done) {
  redis::Command command{"SET", "portal:doctor", "1", "EX", "1"};
  reply = co_await client.run(std::move(command));
  done = true;
}

Finding examine(redis::Options options) {
  io::EpollLoop loop;
  LastLine log;
  const std::string where = options.address.text();
  redis::Client client(loop, std::move(options), log);
  if (!loop.run_until([&] { return client.ready(); }, kPatience))
    return ill(fmt::format("{} does not answer as it should{}{}.", where, log.text.empty() ? "" : ": ", log.text),
               "Start it, or correct portal_redis; until then workers ask PostgreSQL.");
  Result<redis::Reply> reply = fail(ErrorCode::kCacheUnavailable);
  bool done = false;
  Task<void> task = write_something(client, reply, done);
  task.handle().resume();
  if (!loop.run_until([&] { return done; }, kPatience) || !reply)
    return ill(fmt::format("{} answers too late.", where), "Look for what keeps it busy: redis-cli slowlog get.");
  if (reply->kind == redis::Reply::Kind::kError)
    return ill(fmt::format("{} takes nothing: {}", where, reply->text),
               "Give it memory and maxmemory-policy volatile-lru; switch its snapshots off with save \"\".");
  return {.subject = "redis", .is_well = true, .says = "It answers in time, and takes what is written.", .mend = {}};
}

}  // namespace

Finding examine_redis(std::span<const std::string> words) {
  if (words.empty()) return ill("portal_redis names no address.", "Correct it; nginx -t says the same.");
  redis::Options options;
  const bool trusted = std::ranges::find(words, "trusted_network") != words.end();
  const Result<redis::Address> address =
      redis::parse_address(words.front(), trusted ? redis::Network::kTrusted : redis::Network::kUntrusted);
  if (!address) return ill(address.error().log_detail + ".", "Correct portal_redis; nginx -t says the same.");
  options.address = *address;
  constexpr std::string_view kFile = "password_file=";
  for (const std::string& word : words) {
    if (!word.starts_with(kFile)) continue;
    const Outcome<std::string> password = read_text_file(word.substr(kFile.size()));
    if (!password) return ill(password.error().sentence, "Correct password_file of portal_redis.");
    options.password = trimmed(*password);
  }
  return examine(std::move(options));
}

}  // namespace portal::portalctl
