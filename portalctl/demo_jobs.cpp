#include "portalctl/demo_jobs.hpp"

#include <algorithm>

#include "portalctl/progress.hpp"
#include "portalctl_sql/demo_jobs.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int64_t kJobsOfAClient = 100;
constexpr std::int64_t kClientsInABatch = 2000;
constexpr std::int64_t kJobsInABatch = 20'000;

}  // namespace

Metropolis::Metropolis(Database& database, std::int64_t account_id, std::int64_t jobs)
    : database_(&database),
      account_id_(account_id),
      jobs_(jobs),
      clients_((jobs + kJobsOfAClient - 1) / kJobsOfAClient) {}

Outcome<Metropolis> Metropolis::begin(Database& database, const std::string& origin, std::int64_t jobs) {
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  auto added = database.fetch<sql::AddMetropolisRow>(sql::add_metropolis());
  if (!added) return failed(added.error());
  const std::int64_t account_id = (*added)[0].account_id;
  Outcome<void> done = database.execute_all({
      sql::add_metropolis_portal(account_id, origin),
      sql::show_metropolis_fields(account_id),
      sql::add_many_clients(account_id, 1, 1),
      sql::add_many_members(account_id, 1, 1),
      sql::invite_to_metropolis(account_id),
  });
  if (done) done = transaction->commit();
  if (!done) return failed(done.error());
  return Metropolis(database, account_id, jobs);
}

Outcome<void> Metropolis::fill() {
  if (Outcome<void> done = add_clients(); !done) return done;
  return add_jobs();
}

Outcome<void> Metropolis::add_clients() {
  Progress progress("clients", clients_);
  for (std::int64_t first = 2; first <= clients_; first += kClientsInABatch) {
    const std::int64_t last = std::min(first + kClientsInABatch - 1, clients_);
    if (Outcome<void> done = database_->execute_all(
            {sql::add_many_clients(account_id_, first, last), sql::add_many_members(account_id_, first, last)});
        !done)
      return done;
    progress.reach(last);
  }
  return {};
}

Outcome<void> Metropolis::add_jobs() {
  Progress progress("jobs", jobs_);
  for (std::int64_t first = 1; first <= jobs_; first += kJobsInABatch) {
    const std::int64_t last = std::min(first + kJobsInABatch - 1, jobs_);
    if (Outcome<void> done = database_->execute(sql::add_many_jobs(account_id_, first, last, clients_)); !done)
      return done;
    progress.reach(last);
  }
  return {};
}

}  // namespace portal::portalctl
