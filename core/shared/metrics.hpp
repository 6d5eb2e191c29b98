// Numbers of all workers in the shared memory. Counters only grow, so what a worker added stays when it dies. Gauges
// stand in a place of their worker, which counts while it is kept fresh: nobody has to tidy up after a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "io/loop.hpp"
#include "shared/zone.hpp"

namespace portal::shared {

class MetricsBlock {
 public:
  static constexpr std::size_t kCounters = 4096;
  static constexpr std::size_t kPlaces = 64;  // workers, those that are on their way out included
  static constexpr std::size_t kGauges = 158;
  static constexpr io::Duration kFresh{5'000};

  // `shape` says what the numbers mean; `shared` memory that was used with another shape is left alone, and usable() is
  // false.
  MetricsBlock(std::span<Word> shared, std::uint64_t shape);
  bool usable() const { return usable_; }

  void add(std::size_t counter, std::uint64_t amount) noexcept;
  std::uint64_t counter(std::size_t number) const noexcept;

  // The gauges of the caller, whose `name` is random and not zero. False: no place is free.
  bool publish(std::uint64_t name, io::MonotonicTime now, std::span<const std::uint64_t> gauges) noexcept;
  void leave(std::uint64_t name) noexcept;
  // One row for each worker that is alive, of as many gauges as were asked for.
  std::vector<std::vector<std::uint64_t>> gauges(io::MonotonicTime now, std::size_t count) const;

 private:
  static constexpr std::size_t kPlaceWords = kGauges + 2;  // its name, when it was fresh, the gauges

  std::span<Word> place(std::size_t number) const noexcept;
  std::span<Word> find_place(std::uint64_t name, std::uint64_t now) noexcept;

  std::span<Word> words_;
  bool usable_ = false;
};

}  // namespace portal::shared
