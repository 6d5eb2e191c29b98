// portal_cache_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]
//
// Runs seeds and says for the first that breaks a promise which it was. --trace prints everything that happened.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "../options.hpp"
#include "run.hpp"

namespace {

using portal::simulation::CachePlant;

constexpr std::array<std::pair<std::string_view, CachePlant>, 9> kPlants = {
    {{"none", CachePlant::kNone},
     {"late-generation", CachePlant::kLateGeneration},
     {"ignored-lease", CachePlant::kIgnoredLease},
     {"ignored-principal", CachePlant::kIgnoredPrincipal},
     {"kept-epoch", CachePlant::kKeptEpoch},
     {"kept-session", CachePlant::kKeptSession},
     {"kept-for-ever", CachePlant::kKeptForEver},
     {"forgotten-old-owner", CachePlant::kForgottenOldOwner},
     {"forgotten-own-write", CachePlant::kForgottenOwnWrite}}};

using Options = portal::simulation::Options<CachePlant>;

int run(const Options& options) {
  portal::simulation::CacheRun all;
  for (std::uint64_t seed = options.from; seed <= options.to; ++seed) {
    const portal::simulation::CacheRun one = portal::simulation::run_cache_seed(seed, options.plant, options.trace);
    if (!one.violation.empty()) {
      fmt::print("seed {}: {}\nto see it again: portal_cache_simulation --seed {} --trace\n", seed, one.violation,
                 seed);
      return 1;
    }
    all.reads += one.reads;
    all.hits += one.hits;
    all.old_hits += one.old_hits;
    all.expired += one.expired;
    all.trace = all.trace * 31 + one.trace;
  }
  fmt::print("{} seeds, {} reads, {} hits, {} of them old but allowed, {} without a lease, trace {:016x}\n",
             options.to - options.from + 1, all.reads, all.hits, all.old_hits, all.expired, all.trace);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::optional<Options> options = portal::simulation::read_options<CachePlant>(count, words, kPlants);
    if (options) return run(*options);
    fmt::print(stderr, "usage: portal_cache_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]\n");
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
  }
  return 2;
}
