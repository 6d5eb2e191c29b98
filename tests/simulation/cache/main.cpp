// portal_cache_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]
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

struct Options {
  std::uint64_t from = 1;
  std::uint64_t to = 1000;
  CachePlant plant = CachePlant::kNone;
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
    const std::optional<Options> options = read_options(count, words);
    if (options) return run(*options);
    fmt::print(stderr, "usage: portal_cache_simulation [--seed N [--trace]] [--from N --to N] [--plant BUG]\n");
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
  }
  return 2;
}
