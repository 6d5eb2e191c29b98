// What the database notifies of changes (sql/migrations/0020_changes.sql): which account's, client's or membership's
// answers are no longer what they were. Whoever keeps answers, or shows them, observes the worker's feed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace portal::cache {

enum class ChangeKind : std::uint8_t {
  kAccount,    // anything of the account, also of its clients and memberships
  kSettings,   // what staff set up: templates, fields, their visibility, names of workers and teams, the portal's looks
  kClient,     // anything of the client
  kJobs,       // id: the job, when it is one
  kDocuments,  // id: the document, when it is one
  kSites,      // id: the site, when it is one
  kInvoices,   // id: the invoice, when it is one
  kRequests,   // id: the work request, when it is one
  kQuotes,     // id: the quote, when it is one
  kMembership,  // id: the membership, whose permissions, person or sessions changed; its client may be 0
};

struct Change {
  ChangeKind kind;
  std::int64_t account_id;
  std::int64_t client_id;  // 0: none, unknown, or of jobs, documents, sites, invoices, requests, quotes and clients any
                           // of the account
  std::int64_t id;         // 0: none, or several

  bool operator==(const Change&) const = default;
};

// "<kind> <account> <client or 0> <id or 0>"; a kind without a name here is one of the account. Nothing: what is not
// understood must be taken for a change of everything.
std::optional<Change> parse_change(std::string_view payload) noexcept;

class ChangeObserver {
 public:
  virtual ~ChangeObserver() = default;
  virtual void on_change(const Change& change) noexcept = 0;
  // Anything may have changed: notices were lost, or not understood.
  virtual void on_gap() noexcept = 0;
};

// Hands on what a worker hears. Observers may come and go at any moment, also while they are told: who comes hears of
// the next change first, who goes hears of none any more.
class ChangeFeed {
 public:
  ChangeFeed() = default;
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  void add(ChangeObserver& observer) { observers_.push_back(&observer); }
  void remove(ChangeObserver& observer) noexcept;

  void tell(std::string_view payload) noexcept;
  void tell(const Change& change) noexcept;
  void tell_gap() noexcept;

 private:
  template <class Tell>
  void each(Tell tell) noexcept;

  std::vector<ChangeObserver*> observers_;  // null: has gone while others are told
  int telling_ = 0;
};

}  // namespace portal::cache
