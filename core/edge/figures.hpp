// What a worker counts, and what of it `portal_metrics` tells.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "edge/events.hpp"
#include "edge/metrics.hpp"
#include "edge/route.hpp"

namespace portal::edge {

class Worker;

using Answers = std::vector<std::array<std::uint64_t, 6>>;  // by the first digit of the status

struct WorkerFigures {
  std::uint64_t active = 0;  // operations that exist
  std::uint64_t started = 0;
  std::uint64_t aborted = 0;                // destroyed before they were answered
  std::uint64_t file_bytes = 0;             // of files, that the clients' connections have taken
  std::array<std::uint64_t, 6> answered{};  // by the first digit of the status
  Answers answered_operations = {};         // the same by route; the last is of none
  std::array<std::uint64_t, kSecurityEvents> security_events{};
  std::array<std::uint64_t, 5> cache_outcomes{};  // by CacheOutcome, of routes whose answers may be kept
  Histogram reading = {};                         // from the whole request in memory to the answer
  Histogram changing = {};                        // the same for methods that change something
};

std::vector<Figure> collect_figures(const Worker& worker, Labels labels);

}  // namespace portal::edge
