#include "auth/throttle_peers.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "crypto/digest.hpp"
#include "redis/client.hpp"

namespace portal::auth {
namespace {

constexpr std::string_view kPrefix = "portal:tries:";
constexpr const char* kPardon = ":pardon";
constexpr std::size_t kNameBytes = 16;
constexpr std::size_t kPardonBytes = 16;  // by chance, and as many to show that it is no forgery
constexpr std::size_t kWaitingQuestions = 8;
constexpr const char* kLoginLife = "172800";  // two of the longest delays
constexpr const char* kWindowLife = "1800";

// Hosts count by the clock of the wall: addresses and accounts in quarters of an hour that are the same for all of
// them.
std::string window() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return ":" + std::to_string(std::chrono::floor<std::chrono::seconds>(now).count() / limits::kThrottleWindowSeconds);
}

}  // namespace

ThrottlePeers::ThrottlePeers(redis::Client& redis, const crypto::Keyring& keys, io::Loop& loop,
                             ThrottleListener& listener, Log& log)
    : redis_(redis),
      keys_(keys),
      listener_(listener),
      log_(log),
      wake_(loop.wake(io::Callback::to<&ThrottlePeers::on_wake>(this))) {}

std::string ThrottlePeers::name_of(crypto::Bytes subject) const {
  const crypto::Digest digest =
      crypto::hmac_sha256(keys_.newest(crypto::KeyPurpose::kSessionCache).secret.bytes(), subject);
  return std::string(kPrefix) + crypto::encode_base64url(crypto::Bytes(digest).first(kNameBytes));
}

void ThrottlePeers::tell(ThrottleNews news) noexcept { queue(std::move(news)); }

void ThrottlePeers::ask(std::string name, std::uint64_t key) noexcept {
  // Whoever knocks and knocks must not keep others from hearing of failures.
  if (name.empty() || waiting_.size() >= kWaitingQuestions) return;
  queue({.name = std::move(name), .key = key, .is_failures = true, .is_address = false, .is_question = true});
}

void ThrottlePeers::queue(ThrottleNews news) noexcept {
  // Without Redis nothing is kept for later: by then it would be no news.
  if (!redis_.ready() || waiting_.size() >= limits::kWaitingThrottleNews) return;
  try {
    waiting_.push_back(std::move(news));
    wake_->post();
  } catch (const std::exception& failure) {
    log_.write(LogLevel::kError, failure.what());
  }
}

std::string ThrottlePeers::forget(const std::string& name) noexcept {
  if (name.empty() || !redis_.ready()) return {};
  try {
    std::array<std::uint8_t, kPardonBytes> chance;
    fill_random(chance);
    std::string pardon = make_pardon(name, chance);
    redis_.post({"UNLINK", name});
    redis_.post({"SET", name + kPardon, pardon, "EX", kLoginLife});
    return pardon;
  } catch (const std::exception& failure) {
    log_.write(LogLevel::kError, failure.what());
  }
  return {};
}

// Of this name only: otherwise whoever writes to Redis could have anybody's failures forgiven, as often as he likes.
std::string ThrottlePeers::make_pardon(std::string_view name, crypto::Bytes chance) const {
  crypto::Context context("pardon");
  context.add(name).add(crypto::text_of(chance));
  const crypto::Digest tag =
      crypto::hmac_sha256(keys_.newest(crypto::KeyPurpose::kSessionCache).secret.bytes(), context.bytes());
  std::vector<std::uint8_t> bytes(chance.begin(), chance.end());
  bytes.insert(bytes.end(), tag.begin(), tag.begin() + kPardonBytes);
  return crypto::encode_base64url(bytes);
}

bool ThrottlePeers::is_pardon(std::string_view name, std::string_view text) const {
  const std::optional<std::vector<std::uint8_t>> bytes = crypto::decode_base64url(text);
  if (!bytes || bytes->size() != 2 * kPardonBytes) return false;
  const std::string expected = make_pardon(name, crypto::Bytes(*bytes).first(kPardonBytes));
  return crypto::constant_time_equal(crypto::bytes_of(expected), crypto::bytes_of(text));
}

// Started from a wake, so that no request's frames are below it.
void ThrottlePeers::on_wake() noexcept {
  if (!running_.done()) return;
  try {
    running_ = run();
    running_.handle().resume();
  } catch (const std::exception& failure) {
    log_.write(LogLevel::kError, failure.what());
  }
}

Task<void> ThrottlePeers::run() {
  while (!waiting_.empty()) {
    const ThrottleNews news = std::move(waiting_.front());
    waiting_.pop_front();
    if (news.is_question) {
      co_await look_for_pardon(news);
      continue;
    }
    const std::string name = news.is_failures ? news.name : news.name + window();
    redis::Command count{"INCR", name};
    const Result<redis::Reply> reply = co_await redis_.run(std::move(count));
    if (!reply || reply->kind != redis::Reply::Kind::kInteger || reply->integer < 0) continue;
    redis_.post({"EXPIRE", name, news.is_failures ? kLoginLife : kWindowLife});
    listener_.learn(news, static_cast<std::uint64_t>(reply->integer));
  }
}

Task<void> ThrottlePeers::look_for_pardon(ThrottleNews news) {
  redis::Command look{"GETRANGE", news.name + kPardon, "0", "63"};
  const Result<redis::Reply> reply = co_await redis_.run(std::move(look));
  if (reply && reply->kind == redis::Reply::Kind::kText && is_pardon(news.name, reply->text))
    listener_.learn_pardon(news, reply->text);
}

}  // namespace portal::auth
