#include "cache/generations.hpp"

#include <utility>

#include "cache/planted.hpp"

namespace portal::cache {

std::size_t Generations::place(Domain domain, std::int64_t account_id, std::int64_t id) const noexcept {
  std::uint64_t mixed = static_cast<std::uint64_t>(account_id) * 0x9E3779B97F4A7C15U;
  mixed ^= static_cast<std::uint64_t>(id) + (static_cast<std::uint64_t>(std::to_underlying(domain)) << 56U);
  mixed = (mixed ^ mixed >> 32U) * 0xBF58476D1CE4E5B9U;
  return (mixed >> 32U) & (counters_.size() - 1);
}

std::uint64_t Generations::of_membership(const Owner& owner) const noexcept {
  return of_everything_ + at(Domain::kAccount, owner.account_id, 0) +
         at(Domain::kMembership, owner.account_id, owner.membership_id);
}

std::uint64_t Generations::of_content(const Owner& owner, Depends on) const noexcept {
  std::uint64_t sum = 0;
  if (on.has(depends::kJobs)) sum += at(Domain::kJobs, owner.account_id, owner.client_id);
  if (on.has(depends::kDocuments)) sum += at(Domain::kDocuments, owner.account_id, owner.client_id);
  if (on.has(depends::kSites)) sum += at(Domain::kSites, owner.account_id, owner.client_id);
  if (on.has(depends::kInvoices)) sum += at(Domain::kInvoices, owner.account_id, owner.client_id);
  if (on.has(depends::kRequests)) sum += at(Domain::kRequests, owner.account_id, owner.client_id);
  if (on.has(depends::kQuotes)) sum += at(Domain::kQuotes, owner.account_id, owner.client_id);
  return sum;
}

void Generations::on_change(const Change& change) noexcept {
  if (change.client_id == 0 && change.kind != ChangeKind::kMembership) {
    move(Domain::kAccount, change.account_id, 0);
    return;
  }
  switch (change.kind) {
    case ChangeKind::kAccount:
    case ChangeKind::kSettings:
      move(Domain::kAccount, change.account_id, 0);
      return;
    case ChangeKind::kClient:
      move_client(change.account_id, change.client_id);
      return;
    case ChangeKind::kJobs:
      move(Domain::kJobs, change.account_id, change.client_id);
      return;
    case ChangeKind::kDocuments:
      move(Domain::kDocuments, change.account_id, change.client_id);
      return;
    case ChangeKind::kSites:
      move(Domain::kSites, change.account_id, change.client_id);
      return;
    case ChangeKind::kInvoices:
      move(Domain::kInvoices, change.account_id, change.client_id);
      return;
    case ChangeKind::kRequests:
      move(Domain::kRequests, change.account_id, change.client_id);
      return;
    case ChangeKind::kQuotes:
      move(Domain::kQuotes, change.account_id, change.client_id);
      return;
    case ChangeKind::kMembership:
      move(Domain::kMembership, change.account_id, change.id);
      return;
  }
}

void Generations::on_gap() noexcept {
  if (!planted(Bug::kKeptEpoch)) ++of_everything_;
}

void Generations::move(const Owner& owner) noexcept {
  move_client(owner.account_id, owner.client_id);
  move(Domain::kMembership, owner.account_id, owner.membership_id);
}

void Generations::move_client(std::int64_t account_id, std::int64_t client_id) noexcept {
  for (const Domain domain :
       {Domain::kJobs, Domain::kDocuments, Domain::kSites, Domain::kInvoices, Domain::kRequests, Domain::kQuotes})
    move(domain, account_id, client_id);
}

}  // namespace portal::cache
