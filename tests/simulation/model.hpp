// What the fake server knows: accounts, members, memberships and sessions, what each statement does with them, and the
// history of every session, against which answers are judged.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalogue.hpp"
#include "crypto/keyring.hpp"
#include "wire.hpp"
#include "world.hpp"

namespace portal::simulation {

using Hash = std::array<std::uint8_t, 32>;

inline constexpr unsigned kMayViewJobs = 1;
inline constexpr unsigned kMayViewDocuments = 2;

struct AccountRow {
  std::int64_t id;
  std::string slug, host, origin;
  bool suspended = false;
  Microseconds idle_limit;
};
struct MemberRow {
  std::int64_t id, account;
  std::string email;
  Hash login{};
  std::string password{};  // as stored
  bool active = true;
};
struct MembershipRow {
  std::int64_t id, account, client, member;
  unsigned permissions = kMayViewJobs;
  bool active = true;
};
struct SessionRow {
  std::int64_t account, member, membership;
  Hash hash{};
  std::string agent;
  Time last_used{};
  bool ended = false;
};

struct Tables {
  std::vector<AccountRow> accounts;
  std::vector<MemberRow> members;
  std::vector<MembershipRow> memberships;
  std::vector<SessionRow> sessions;

  const AccountRow* account(std::int64_t id) const;
  const MemberRow* member(std::int64_t id) const;
  const MembershipRow* membership(std::int64_t id) const;
  SessionRow* session(std::int64_t account_id, std::string_view hash);
};

// How a session's token stood from some moment on.
struct Standing {
  Time from;
  bool alive = false;
  Time idle_out{};
  std::int64_t member = 0, membership = 0, client = 0;
  unsigned permissions = 0;
  bool same(const Standing& other) const {
    return alive == other.alive && idle_out == other.idle_out && membership == other.membership &&
           permissions == other.permissions;
  }
};

// Values of one execution by their names.
class Values {
 public:
  Values(const Shape& shape, const std::vector<std::optional<std::string>>& values) : shape_(shape), values_(values) {}
  std::optional<std::string_view> get(std::string_view name) const;
  std::int64_t int8(std::string_view name) const { return read_int8(get(name).value_or("")); }
  std::string_view text(std::string_view name) const { return get(name).value_or(""); }

 private:
  const Shape& shape_;
  const std::vector<std::optional<std::string>>& values_;
};

// What `enter` has set for the rest of a transaction.
struct Context {
  bool member = false;
  std::int64_t account = 0, membership = 0, client = 0;
  unsigned permissions = 0;
};

class Model {
 public:
  Model(World& world, const crypto::Keyring& keys);

  // A result or an error, for one statement inside a transaction that sees `tables`.
  std::unique_ptr<pg_result> execute(const Shape& shape, const Values& values, Tables& tables, Context& context,
                                     Time now);
  static bool writes(std::string_view statement);
  void commit(Tables tables, Time now);

  const Tables& tables() const { return tables_; }
  Tables& live_tables() { return tables_; }  // for statements that write nothing
  // Whether `fits` holds for the token's session at some moment between both.
  bool ever(const Hash& hash, Time from, Time to, const std::function<bool(const Standing&, bool alive)>& fits) const;
  bool ever_dead(const Hash& hash, Time from, Time to) const {
    return ever(hash, from, to, [](const Standing&, bool alive) { return !alive; });
  }

 private:
  struct HashOfHash {
    std::size_t operator()(const Hash& hash) const noexcept;
  };
  Standing standing(const SessionRow& session, Time now) const;
  bool believed(const SessionRow& session) const;

  World& world_;
  const crypto::Keyring& keys_;
  Tables tables_;
  std::unordered_map<Hash, std::vector<Standing>, HashOfHash> history_;
};

std::string client_name(std::int64_t account, std::int64_t client);
std::vector<std::string_view> permission_names(unsigned permissions);

}  // namespace portal::simulation
