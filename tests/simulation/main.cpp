// portal_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]
//
// Runs seeds and says for the first that breaks a promise which it was. --trace prints everything that happened.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

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

struct Options {
  std::uint64_t from = 1;
  std::uint64_t to = 1000;
  Plant plant = Plant::kNone;
  bool trace = false;
};

std::optional<Options> read_options(int count, char** words) {
  Options options;
  const auto number = [&](int& index, std::uint64_t& value) {
    if (++index == count) return false;
    const std::string_view text = words[index];
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  };
  for (int index = 1; index < count; ++index) {
    const std::string_view word = words[index];
    bool good = true;
    if (word == "--trace") {
      options.trace = true;
    } else if (word == "--seed") {
      good = number(index, options.from);
      options.to = options.from;
    } else if (word == "--from") {
      good = number(index, options.from);
    } else if (word == "--to") {
      good = number(index, options.to);
    } else if (word == "--plant" && index + 1 < count) {
      const std::string_view name = words[++index];
      good = false;
      for (const auto& [known, plant] : kPlants) {
        if (known != name) continue;
        options.plant = plant;
        good = true;
      }
    } else {
      good = false;
    }
    if (!good) return std::nullopt;
  }
  return options;
}

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
    const std::optional<Options> options = read_options(count, words);
    if (options) return run(*options);
    fmt::print(stderr, "usage: portal_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]\n");
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
  }
  return 2;
}
