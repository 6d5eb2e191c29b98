// What the processes of one nginx share: a piece of memory of a fixed layout that outlives every worker. Nobody locks
// it, nobody owns any of it, nothing in it has to be given back: a worker may die between any two instructions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace portal::shared {

// All of the memory is words, and each is read and written through std::atomic_ref.
using Word = std::uint64_t;

// Views of the parts; copied freely.
class Zone {
 public:
  // Raised with every change of the order, the size or the meaning of what stands in a zone.
  static constexpr std::uint32_t kLayout = 1;
  static constexpr std::size_t kMetricsWords = 16 * 1024;
  static constexpr std::size_t kLeastBytes = 256 * 1024;

  // Makes a zone of memory that is all zero, before anybody else has it. A zone of this layout and size is left as it
  // is, with all that stands in it. kInternal, with the reason in log_detail, for anything else.
  static Result<void> prepare(std::span<std::byte> memory);
  // A zone that was prepared.
  static Result<Zone> open(std::span<std::byte> memory);

  // Random, made with the zone. Who knows it could choose what collides in the tables.
  std::span<const std::uint8_t> key() const { return key_; }
  std::span<Word> failures() const { return failures_; }  // auth/throttle: consecutive failures
  std::span<Word> rates() const { return rates_; }        // auth/throttle: how often something happened lately
  std::span<Word> metrics() const { return metrics_; }

 private:
  std::array<std::uint8_t, 32> key_{};
  std::span<Word> metrics_;
  std::span<Word> failures_;
  std::span<Word> rates_;
};

// The same for a process that shares with nobody: portalctl, tests, a worker without shared memory.
class OwnMemory {
 public:
  explicit OwnMemory(std::size_t bytes = Zone::kLeastBytes) : words_(bytes / sizeof(Word)) {}
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(words_)); }

 private:
  std::vector<Word> words_;
};

}  // namespace portal::shared
