// The demo account that is there to be measured: as many jobs as wanted, a hundred to a client.
#pragma once

#include <cstdint>
#include <string>

#include "portalctl/database.hpp"
#include "portalctl/failure.hpp"

namespace portal::portalctl {

inline constexpr std::int64_t kMostDemoJobs = 10'000'000;

class Metropolis {
 public:
  // The account with its portal at `origin`, its first client, that client's keeper, and somebody who was invited.
  static Outcome<Metropolis> begin(Database& database, const std::string& origin, std::int64_t jobs);
  // Everything else, in batches that are committed one by one, with its progress on standard error.
  Outcome<void> fill();

 private:
  Metropolis(Database& database, std::int64_t account_id, std::int64_t jobs);

  Outcome<void> add_clients();
  Outcome<void> add_jobs();

  Database* database_;
  std::int64_t account_id_;
  std::int64_t jobs_;
  std::int64_t clients_;
};

}  // namespace portal::portalctl
