// One run of the simulation of the edge cache: members who read and write on several workers while the database changes
// under them, and the promises that every answer from memory is held against (docs/architecture/cache.md).
#pragma once

#include <cstdint>
#include <string>

namespace portal::simulation {

enum class CachePlant : std::uint8_t {
  kNone,
  kLateGeneration,
  kIgnoredLease,
  kIgnoredPrincipal,
  kKeptEpoch,
  kKeptSession,
  kKeptForEver,
  kForgottenOldOwner,
  kForgottenOwnWrite,  // neither the mark nor the connection tells of what somebody has changed
};

struct CacheRun {
  std::string violation;  // empty: none
  std::uint64_t reads = 0;
  std::uint64_t hits = 0;
  std::uint64_t old_hits = 0;  // hits that were no longer true, within what is allowed
  std::uint64_t expired = 0;   // reads without a lease
  std::uint64_t trace = 0;
};

CacheRun run_cache_seed(std::uint64_t seed, CachePlant plant, bool print);

}  // namespace portal::simulation
