// How often what answers are made from has changed: counters that only grow, in a fixed array of which several things
// may share a place. What shares a place costs a hit when the other changes, and never anything else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cache/changes.hpp"

namespace portal::cache {

// What an answer depends on besides the account and its settings, the membership and its sessions, on which all do.
class Depends {
 public:
  constexpr Depends() = default;  // not declared: such an answer is never kept
  constexpr explicit Depends(std::uint8_t bits) : bits_(bits) {}
  constexpr bool declared() const { return bits_ != 0; }
  constexpr bool has(Depends other) const { return (bits_ & other.bits_) == other.bits_; }
  friend constexpr Depends operator|(Depends left, Depends right) {
    return Depends(static_cast<std::uint8_t>(left.bits_ | right.bits_));
  }
  constexpr bool operator==(const Depends&) const = default;

 private:
  std::uint8_t bits_ = 0;
};

namespace depends {
inline constexpr Depends kMembership{1};  // on nothing else
inline constexpr Depends kJobs{2};        // of the client
inline constexpr Depends kDocuments{4};
inline constexpr Depends kSites{8};
inline constexpr Depends kInvoices{16};
inline constexpr Depends kRequests{32};
inline constexpr Depends kQuotes{64};
}  // namespace depends

// Whose answers they are.
struct Owner {
  std::int64_t account_id = 0;
  std::int64_t client_id = 0;
  std::int64_t membership_id = 0;
};

class Generations final : public ChangeObserver {
 public:
  static constexpr std::size_t kCounters = 16'384;

  // A power of two.
  explicit Generations(std::size_t counters = kCounters) : counters_(counters) {}

  // All counters of what the answer depends on, added up: as none ever falls, the sum stays only while each of them
  // does.
  std::uint64_t of(const Owner& owner, Depends on) const noexcept {
    return of_membership(owner) + of_content(owner, on);
  }
  // The part of it on which every answer to the membership depends, and the rest.
  std::uint64_t of_membership(const Owner& owner) const noexcept;
  std::uint64_t of_content(const Owner& owner, Depends on) const noexcept;

  std::size_t bytes() const noexcept { return counters_.size() * sizeof(counters_[0]); }

  void on_change(const Change& change) noexcept override;
  void on_gap() noexcept override;
  // What a member may have changed: of its client, and its own.
  void move(const Owner& owner) noexcept;

 private:
  enum class Domain : std::uint8_t { kAccount, kMembership, kJobs, kDocuments, kSites, kInvoices, kRequests, kQuotes };

  std::size_t place(Domain domain, std::int64_t account_id, std::int64_t id) const noexcept;
  std::uint64_t at(Domain domain, std::int64_t account_id, std::int64_t id) const noexcept {
    return counters_[place(domain, account_id, id)];
  }
  void move(Domain domain, std::int64_t account_id, std::int64_t id) noexcept {
    ++counters_[place(domain, account_id, id)];
  }
  void move_client(std::int64_t account_id, std::int64_t client_id) noexcept;

  std::vector<std::uint64_t> counters_;
  std::uint64_t of_everything_ = 0;
};

}  // namespace portal::cache
