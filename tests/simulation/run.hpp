// One seed from its first event to its last check.
#pragma once

#include <cstdint>
#include <string>

#include "catalogue.hpp"
#include "world.hpp"

namespace portal::simulation {

struct RunResult {
  std::string violation;  // empty: every promise was kept
  std::uint64_t trace = 0;
  std::uint64_t answers = 0;
  std::uint64_t successes = 0;
  std::uint64_t redis_hits = 0;
};

RunResult run_seed(const Catalogue& catalogue, std::uint64_t seed, Plant plant, bool print);

}  // namespace portal::simulation
