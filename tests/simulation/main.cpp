// portal_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]
//
// Runs seeds and says for the first that breaks a promise which it was. --trace prints everything that happened.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "options.hpp"
#include "run.hpp"

namespace {

using portal::simulation::Plant;

constexpr std::array<std::pair<std::string_view, Plant>, 12> kPlants = {
    {{"none", Plant::kNone},
     {"unchecked-session", Plant::kUncheckedSession},
     {"swapped-replies", Plant::kSwappedReplies},
     {"forgotten-commit", Plant::kForgottenCommit},
     {"twice-done", Plant::kTwiceDone},
     {"lost-wake", Plant::kLostWake},
     {"deaf-listener", Plant::kDeafListener},
     {"trusted-redis", Plant::kTrustedRedis},
     {"needed-redis", Plant::kNeededRedis},
     {"patient-redis", Plant::kPatientRedis},
     {"hasty-pings", Plant::kHastyPings},
     {"hidden-reconnect", Plant::kHiddenReconnect}}};

using Options = portal::simulation::Options<Plant>;

int run(const Options& options) {
  const portal::simulation::Catalogue catalogue;
  std::uint64_t answers = 0;
  std::uint64_t successes = 0;
  std::uint64_t hits = 0;
  std::uint64_t trace = 0;
  for (std::uint64_t seed = options.from; seed <= options.to; ++seed) {
    const portal::simulation::RunResult result =
        portal::simulation::run_seed(catalogue, seed, options.plant, options.trace);
    if (!result.violation.empty()) {
      fmt::print("seed {}: {}\nto see it again: portal_simulation --seed {} --trace\n", seed, result.violation, seed);
      return 1;
    }
    answers += result.answers;
    successes += result.successes;
    hits += result.redis_hits;
    trace = trace * 31 + result.trace;
  }
  fmt::print("{} seeds, {} answers, {} of them successes, {} sessions from Redis, trace {:016x}\n",
             options.to - options.from + 1, answers, successes, hits, trace);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::optional<Options> options = portal::simulation::read_options<Plant>(count, words, kPlants);
    if (options) return run(*options);
    fmt::print(stderr, "usage: portal_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]\n");
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
  }
  return 2;
}
