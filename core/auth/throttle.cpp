#include "auth/throttle.hpp"

#include <chrono>
#include <utility>

#include "base/limits.hpp"
#include "http/client_address.hpp"

namespace portal::auth {
namespace {

Error refusal(const Verdict& verdict, std::string_view why) {
  Error error = Error::of(ErrorCode::kTooManyRequests, std::string(why));
  error.retry_after_seconds = verdict.retry_after_seconds;
  return error;
}

const limits::Rate& limit_of(bool address) { return address ? limits::kAddressFailures : limits::kAccountFailures; }

}  // namespace

Attempt& Attempt::operator=(Attempt&& other) noexcept {
  throttle_ = std::exchange(other.throttle_, nullptr);
  counted_ = std::move(other.counted_);
  size_ = std::exchange(other.size_, 0);
  strangers_ = other.strangers_;
  strangers_name_ = std::move(other.strangers_name_);
  return *this;
}

void Attempt::succeed() {
  if (!throttle_) return;
  shared::Table& failures = throttle_->failures_;
  for (const Counted& each : std::span(counted_).first(size_)) {
    if (each.counter != Counter::kFailures) continue;
    failures.update(each.key, [](std::uint64_t) { return 0; });
    throttle_->forgive_elsewhere(each.name);
  }
  if (strangers_ != 0) {
    // Strangers who have used up all their tries get new ones only through the owner; a success on any other device
    // would do for that, so would a new password.
    bool used_up = false;
    failures.update(strangers_, [&](std::uint64_t value) -> std::optional<std::uint64_t> {
      used_up = failures_in(value) >= limits::kLoginFailures.in_all;
      if (!used_up) return std::nullopt;
      return 0;
    });
    if (used_up) throttle_->forgive_elsewhere(strangers_name_);
  }
  give_back();
}

void Attempt::fail() {
  if (!throttle_) return;
  ThrottlePeers* peers = std::exchange(throttle_, nullptr)->peers_;
  if (!peers) return;
  for (Counted& each : std::span(counted_).first(size_)) {
    const bool is_failures = each.counter == Counter::kFailures;
    peers->tell({.name = std::move(each.name),
                 .key = each.key,
                 .is_failures = is_failures,
                 .is_address = each.counter == Counter::kAddressFailures});
  }
}

void Attempt::give_back() {
  if (!throttle_) return;
  Throttle& throttle = *std::exchange(throttle_, nullptr);
  const Ticks now = throttle.now();
  for (const Counted& each : std::span(counted_).first(size_)) {
    if (each.counter == Counter::kFailures) {
      throttle.failures_.update(each.key, [&](std::uint64_t value) { return give_failure_back(value, each.before); });
    } else {
      const limits::Rate& limit = limit_of(each.counter == Counter::kAddressFailures);
      throttle.rates_.update(each.key, [&](std::uint64_t value) { return give_rate_back(value, now, limit); });
    }
  }
}

Throttle::Throttle(const shared::Zone& zone, const io::Loop& loop, Throttling throttling)
    : zone_(zone),
      failures_(zone_.failures(), worth_of_failures),
      rates_(zone_.rates(), worth_of_rate),
      loop_(loop),
      on_(throttling == Throttling::kOn) {}

Result<void> Throttle::admit_visit(std::string_view peer_address) {
  return admit(address_of(Kind::kAddressVisits, peer_address), limits::kAddressVisits, figures_.refused_visits);
}

Task<Result<Attempt>> Throttle::begin_sign_in(KnownLogin login, std::string peer_address,
                                              std::optional<DeviceId> device) {
  if (!on_) co_return Attempt();
  if (!device) co_return begin_as_stranger(login, peer_address);
  std::string subject(crypto::text_of(login.login));
  subject += crypto::text_of(*device);
  Result<Attempt> attempt = begin_apart(subject_of(Kind::kDevice, login.account_id, subject));
  if (attempt) {
    const Subject strangers = subject_of(Kind::kLogin, login.account_id, crypto::text_of(login.login));
    attempt->strangers_ = strangers.key;
    if (peers_) attempt->strangers_name_ = peers_->name_of(crypto::bytes_of(strangers.text));
  }
  co_return attempt;
}

Result<Attempt> Throttle::begin_confirmation(std::int64_t account_id, std::int64_t member_id) {
  if (!on_) return Attempt();
  return begin_apart(subject_of(Kind::kMember, account_id, std::to_string(member_id)));
}

Result<Attempt> Throttle::begin_staff_confirmation(std::int64_t account_id, std::int64_t staff_id) {
  if (!on_) return Attempt();
  return begin_apart(subject_of(Kind::kStaff, account_id, std::to_string(staff_id)));
}

Result<Attempt> Throttle::begin_link(std::string_view peer_address) {
  Attempt attempt;
  if (!on_) return attempt;
  const Subject subject = address_of(Kind::kAddressFailures, peer_address);
  if (subject.key == 0) return attempt;
  attempt.throttle_ = this;
  const Verdict verdict = count(&attempt, Attempt::Counter::kAddressFailures, subject);
  if (verdict.admitted) return attempt;
  ++figures_.refused_addresses;
  return fail(refusal(verdict, "too many unknown links from one address"));
}

Result<void> Throttle::admit_message(std::string_view peer_address) {
  return admit(address_of(Kind::kAddressMessages, peer_address), limits::kAddressMessages, figures_.refused_messages);
}

void Throttle::forget(const KnownLogin& login) {
  const Subject subject = subject_of(Kind::kLogin, login.account_id, crypto::text_of(login.login));
  failures_.update(subject.key, [](std::uint64_t) { return 0; });
  if (peers_) forgive_elsewhere(peers_->name_of(crypto::bytes_of(subject.text)));
}

void Throttle::forgive_elsewhere(const std::string& name) {
  if (!peers_) return;
  // This host has forgiven them already, and must not do so again for failures that come later.
  if (const std::string pardon = peers_->forget(name); !pardon.empty()) note_pardon(pardon);
}

bool Throttle::note_pardon(std::string_view pardon) noexcept {
  bool first = false;
  try {
    failures_.update(subject_of(Kind::kPardon, 0, pardon).key,
                     [&](std::uint64_t value) -> std::optional<std::uint64_t> {
                       first = value == 0;
                       if (!first) return std::nullopt;
                       return learn_failures(value, now(), 1);
                     });
  } catch (const std::exception&) {
    return false;  // it is heard of again with the next refusal
  }
  return first;
}

void Throttle::learn_pardon(const ThrottleNews& news, std::string_view pardon) noexcept {
  if (note_pardon(pardon)) failures_.update(news.key, [](std::uint64_t) { return 0; });
}

Result<Attempt> Throttle::begin_as_stranger(const KnownLogin& login, std::string_view peer_address) {
  Attempt attempt;
  attempt.throttle_ = this;
  Verdict verdict = count(&attempt, Attempt::Counter::kFailures,
                          subject_of(Kind::kLogin, login.account_id, crypto::text_of(login.login)));
  if (!verdict.admitted) {
    ++figures_.refused_logins;
    return fail(refusal(verdict, "too many failures of one login"));
  }
  bool clean = true;
  if (const Subject address = address_of(Kind::kAddressFailures, peer_address); address.key != 0) {
    clean = is_clean(rates_.find(address.key), now());
    verdict = count(&attempt, Attempt::Counter::kAddressFailures, address);
    if (!verdict.admitted) {
      attempt.give_back();
      ++figures_.refused_addresses;
      return fail(refusal(verdict, "too many failures from one address"));
    }
  }
  verdict =
      count(&attempt, Attempt::Counter::kAccountFailures, subject_of(Kind::kAccountFailures, login.account_id, {}));
  // A whole business must not be locked out by somebody who guesses: who has not failed yet still gets a try.
  if (!verdict.admitted && !clean) {
    attempt.give_back();
    ++figures_.refused_accounts;
    return fail(refusal(verdict, "too many failures in one account"));
  }
  return attempt;
}

Result<Attempt> Throttle::begin_apart(const Subject& subject) {
  Attempt attempt;
  attempt.throttle_ = this;
  const Verdict verdict = count(&attempt, Attempt::Counter::kFailures, subject);
  if (verdict.admitted) return attempt;
  ++figures_.refused_logins;
  return fail(refusal(verdict, "too many failures of one device or member"));
}

void Throttle::learn(const ThrottleNews& news, std::uint64_t count) noexcept {
  if (news.is_failures) {
    failures_.update(news.key, [&](std::uint64_t value) { return learn_failures(value, now(), count); });
  } else {
    rates_.update(news.key,
                  [&](std::uint64_t value) { return learn_rate(value, now(), count, limit_of(news.is_address)); });
  }
}

Ticks Throttle::now() const {
  using Tick = std::chrono::duration<std::int64_t, std::ratio<1, kTicksPerSecond>>;
  return static_cast<Ticks>(std::chrono::floor<Tick>(loop_.now().time_since_epoch()).count());
}

Throttle::Subject Throttle::subject_of(Kind kind, std::int64_t account_id, std::string_view what) const {
  crypto::Context context("throttle");
  context.add(std::to_underlying(kind)).add(account_id).add(what);
  const crypto::Digest digest = crypto::hmac_sha256(zone_.key(), context.bytes());
  std::uint64_t key = 0;
  for (std::size_t at = 0; at < sizeof key; ++at) key = key << 8U | digest[at];
  return {.key = key == 0 ? 1 : key, .text = std::string(crypto::text_of(context.bytes()))};
}

Throttle::Subject Throttle::address_of(Kind kind, std::string_view peer_address) const {
  const std::string network = http::network_of(peer_address);
  return network.empty() ? Subject{} : subject_of(kind, 0, network);
}

Verdict Throttle::count(Attempt* attempt, Attempt::Counter counter, const Subject& subject) {
  Verdict verdict;
  std::uint64_t before = 0;
  const auto change = [&](std::uint64_t value) -> std::optional<std::uint64_t> {
    before = value;
    verdict = counter == Attempt::Counter::kFailures
                  ? count_failure(value, now(), limits::kLoginFailures)
                  : count_rate(value, now(), limit_of(counter == Attempt::Counter::kAddressFailures));
    if (!verdict.admitted) return std::nullopt;
    return verdict.value;
  };
  (counter == Attempt::Counter::kFailures ? failures_ : rates_).update(subject.key, change);
  if (verdict.admitted) {
    std::string name = peers_ ? peers_->name_of(crypto::bytes_of(subject.text)) : std::string();
    attempt->counted_[attempt->size_++] = {
        .counter = counter, .key = subject.key, .before = before, .name = std::move(name)};
  } else if (counter == Attempt::Counter::kFailures && peers_) {
    peers_->ask(peers_->name_of(crypto::bytes_of(subject.text)), subject.key);
  }
  return verdict;
}

Result<void> Throttle::admit(const Subject& subject, const limits::Rate& limit, std::uint64_t& refused) {
  Verdict verdict;
  if (!on_ || subject.key == 0) return {};
  rates_.update(subject.key, [&](std::uint64_t value) -> std::optional<std::uint64_t> {
    verdict = count_rate(value, now(), limit);
    if (!verdict.admitted) return std::nullopt;
    return verdict.value;
  });
  if (verdict.admitted) return {};
  ++refused;
  return fail(refusal(verdict, "too many from one address"));
}

}  // namespace portal::auth
