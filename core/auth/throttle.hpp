// How often somebody may try (SECURITY R06, R07, R54). A try is counted before anything is done for it and given back
// when it was none, so that a thousand at once are no way past a limit. The counters stand in memory that all workers
// share; a refusal counts nothing, so nobody is kept out longer by those who keep knocking.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/counting.hpp"
#include "auth/device_cookie.hpp"
#include "auth/throttle_peers.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "io/loop.hpp"
#include "shared/table.hpp"

namespace portal::auth {

class Throttle;

// One try that was counted. It stays counted unless something else is said, also when its request was aborted.
class Attempt {
 public:
  Attempt() = default;
  Attempt(Attempt&& other) noexcept { *this = std::move(other); }
  Attempt& operator=(Attempt&& other) noexcept;

  // The secret was right: the failures before it are forgotten.
  void succeed();
  // The secret was wrong. Other hosts hear of it.
  void fail();
  // It was no try: something failed on our side before the secret was looked at.
  void give_back();
  // By what came of it: a right secret, a wrong one (kInvalidCredentials, kTokenUnknown), or neither.
  template <class T>
  void settle(const Result<T>& result) {
    if (result) {
      succeed();
    } else if (result.error().code == ErrorCode::kInvalidCredentials ||
               result.error().code == ErrorCode::kTokenUnknown) {
      fail();
    } else {
      give_back();
    }
  }

 private:
  friend class Throttle;
  enum class Counter : std::uint8_t { kFailures, kAddressFailures, kAccountFailures };
  struct Counted {
    Counter counter;
    std::uint64_t key;
    std::uint64_t before;
    std::string name;  // of the count that all hosts share; empty without peers
  };
  static constexpr std::size_t kMost = 3;

  Throttle* throttle_ = nullptr;
  std::array<Counted, kMost> counted_{};
  std::size_t size_ = 0;
  // Where tries of strangers for the same login are counted, for one of a known device.
  std::uint64_t strangers_ = 0;
  std::string strangers_name_;
};

struct ThrottleFigures {
  std::uint64_t refused_logins = 0;  // also of devices and members
  std::uint64_t refused_addresses = 0;
  std::uint64_t refused_accounts = 0;
  std::uint64_t refused_visits = 0;
  std::uint64_t refused_messages = 0;
};

enum class Throttling : bool { kOff, kOn };

// All refusals are kTooManyRequests with Retry-After.
class Throttle final : private ThrottleListener {
 public:
  Throttle(const shared::Zone& zone, const io::Loop& loop, Throttling throttling);
  // From now on failures are counted together with other hosts.
  void connect(ThrottlePeers& peers) { peers_ = &peers; }
  ThrottleListener& listener() { return *this; }

  // Anything that an address sends without a session, but readings.
  Result<void> admit_visit(std::string_view peer_address);

  // A password for a login, known or not.
  Task<Result<Attempt>> begin_sign_in(KnownLogin login, std::string peer_address, std::optional<DeviceId> device);
  // The own password, asked again of somebody who is signed in.
  Result<Attempt> begin_confirmation(std::int64_t account_id, std::int64_t member_id);
  Result<Attempt> begin_staff_confirmation(std::int64_t account_id, std::int64_t staff_id);
  // The token of a link.
  Result<Attempt> begin_link(std::string_view peer_address);
  // A message that somebody without a session asks for. How many one person gets is counted where they are made.
  Result<void> admit_message(std::string_view peer_address);

  // The login has a new password: what was guessed before does not count any more.
  void forget(const KnownLogin& login);

  const ThrottleFigures& figures() const { return figures_; }

 private:
  friend class Attempt;
  enum class Kind : std::uint8_t {
    kLogin,
    kDevice,
    kMember,
    kAddressFailures,
    kAccountFailures,
    kAddressVisits,
    kAddressMessages,
    kPardon,
    kStaff,
  };

  // What is counted, and under which number here.
  struct Subject {
    std::uint64_t key = 0;  // 0: nothing is counted
    std::string text;
  };

  void learn(const ThrottleNews& news, std::uint64_t count) noexcept override;
  void learn_pardon(const ThrottleNews& news, std::string_view pardon) noexcept override;
  void forgive_elsewhere(const std::string& name);
  // Whether it was noted for the first time.
  bool note_pardon(std::string_view pardon) noexcept;
  Ticks now() const;
  Subject subject_of(Kind kind, std::int64_t account_id, std::string_view what) const;
  Subject address_of(Kind kind, std::string_view peer_address) const;
  Verdict count(Attempt* attempt, Attempt::Counter counter, const Subject& subject);
  Result<void> admit(const Subject& subject, const limits::Rate& limit, std::uint64_t& refused);
  Result<Attempt> begin_as_stranger(const KnownLogin& login, std::string_view peer_address);
  Result<Attempt> begin_apart(const Subject& subject);

  shared::Zone zone_;
  shared::Table failures_;
  shared::Table rates_;
  const io::Loop& loop_;
  bool on_;
  ThrottlePeers* peers_ = nullptr;
  ThrottleFigures figures_;
};

}  // namespace portal::auth
