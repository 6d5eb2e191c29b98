#include "shared/metrics.hpp"

#include <atomic>

namespace portal::shared {
namespace {

constexpr std::size_t kHeaderWords = 8;
constexpr auto kRelaxed = std::memory_order_relaxed;

std::atomic_ref<Word> at(Word& word) { return std::atomic_ref<Word>(word); }

// Of the monotonic clock, which all processes of a machine share.
std::uint64_t milliseconds(io::MonotonicTime time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<io::Duration>(time.time_since_epoch()).count());
}

bool is_fresh(std::uint64_t then, std::uint64_t now) {
  return then != 0 && now <= then + static_cast<std::uint64_t>(MetricsBlock::kFresh.count());
}

}  // namespace

MetricsBlock::MetricsBlock(std::span<Word> shared, std::uint64_t shape) : words_(shared) {
  static_assert(kHeaderWords + kCounters + kPlaces * kPlaceWords <= Zone::kMetricsWords);
  if (words_.size() < Zone::kMetricsWords) return;
  Word empty = 0;
  usable_ = at(words_[0]).compare_exchange_strong(empty, shape) || empty == shape;
}

void MetricsBlock::add(std::size_t counter, std::uint64_t amount) noexcept {
  if (amount != 0) at(words_[kHeaderWords + counter]).fetch_add(amount, kRelaxed);
}

std::uint64_t MetricsBlock::counter(std::size_t number) const noexcept {
  return at(words_[kHeaderWords + number]).load(kRelaxed);
}

std::span<Word> MetricsBlock::place(std::size_t number) const noexcept {
  return words_.subspan(kHeaderWords + kCounters + number * kPlaceWords, kPlaceWords);
}

std::span<Word> MetricsBlock::find_place(std::uint64_t name, std::uint64_t now) noexcept {
  for (std::size_t number = 0; number < kPlaces; ++number) {
    if (at(place(number)[0]).load(kRelaxed) == name) return place(number);
  }
  for (std::size_t number = 0; number < kPlaces; ++number) {
    const std::span<Word> found = place(number);
    Word owner = at(found[0]).load(kRelaxed);
    if (owner != 0 && is_fresh(at(found[1]).load(kRelaxed), now)) continue;
    if (at(found[0]).compare_exchange_strong(owner, name)) return found;
  }
  return {};
}

bool MetricsBlock::publish(std::uint64_t name, io::MonotonicTime now, std::span<const std::uint64_t> gauges) noexcept {
  const std::span<Word> found = find_place(name, milliseconds(now));
  if (found.empty()) return false;
  for (std::size_t number = 0; number < gauges.size() && number < kGauges; ++number)
    at(found[2 + number]).store(gauges[number], kRelaxed);
  at(found[1]).store(milliseconds(now), std::memory_order_release);
  return true;
}

void MetricsBlock::leave(std::uint64_t name) noexcept {
  for (std::size_t number = 0; number < kPlaces; ++number) {
    const std::span<Word> found = place(number);
    if (at(found[0]).load(kRelaxed) != name) continue;
    // First nobody counts it any more, then it is free.
    at(found[1]).store(0);
    Word owner = name;
    at(found[0]).compare_exchange_strong(owner, 0);
  }
}

std::vector<std::vector<std::uint64_t>> MetricsBlock::gauges(io::MonotonicTime now, std::size_t count) const {
  std::vector<std::vector<std::uint64_t>> rows;
  for (std::size_t number = 0; number < kPlaces; ++number) {
    const std::span<Word> found = place(number);
    if (!is_fresh(at(found[1]).load(std::memory_order_acquire), milliseconds(now))) continue;
    std::vector<std::uint64_t>& row = rows.emplace_back();
    for (std::size_t gauge = 0; gauge < count && gauge < kGauges; ++gauge)
      row.push_back(at(found[2 + gauge]).load(kRelaxed));
  }
  return rows;
}

}  // namespace portal::shared
