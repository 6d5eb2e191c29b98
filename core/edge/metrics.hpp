// What `portal_metrics` answers: the figures of all workers in Prometheus' text format. Each worker counts for itself,
// where it costs nothing, and brings what was added since the last time into the shared memory twice a second.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop.hpp"
#include "shared/metrics.hpp"

namespace portal::edge {

enum class FigureKind : std::uint8_t {
  kCounter,
  kHistogram,   // one line of it, with its own suffix
  kGauge,       // of all workers together
  kWorstGauge,  // the least of all workers
  kKnownGauge,  // the greatest of all workers: each of them knows all of it
};

struct Family {
  std::string_view name;
  FigureKind kind;
  std::string_view help;
  bool microseconds = false;  // counted in those, told in seconds where the line's suffix is _sum or empty
};

// Whether `labels` is written: twice a second only values are wanted, of some hundred lines.
enum class Labels : bool { kLeftOut, kWritten };

// One line. Which there are, and in which order, is the same for every worker of one module: only values differ.
struct Figure {
  const Family* family;
  std::string_view suffix;  // "_bucket" and the like
  std::string labels;       // "{lane=\"reads\"}", or empty
  std::uint64_t value;
};

class Histogram {
 public:
  // Upper bounds in milliseconds.
  static constexpr std::uint32_t kBounds[] = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000};
  static constexpr std::size_t kBuckets = std::size(kBounds) + 1;

  void add(std::chrono::microseconds duration) noexcept;
  // `label` without braces: "class=\"read\"".
  void collect(std::vector<Figure>& figures, Labels labels, const Family& family, std::string_view label) const;

 private:
  std::uint64_t buckets_[kBuckets] = {};
  std::uint64_t sum_ = 0;  // microseconds
};

class Metrics {
 public:
  using Collect = std::function<std::vector<Figure>(Labels)>;

  // `collect` is called from the constructor on and until the destructor has ended.
  Metrics(io::Loop& loop, std::span<shared::Word> words, Collect collect);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // False: the shared memory holds other figures, and only those of this worker are told.
  bool shared() const { return block_.usable(); }
  std::string render();

 private:
  void on_timer() noexcept;
  void publish(const std::vector<Figure>& figures);

  io::Loop& loop_;
  Collect collect_;
  shared::MetricsBlock block_;
  std::uint64_t name_;
  std::vector<std::uint64_t> published_;  // of each figure, what of it is in the shared memory
  std::unique_ptr<io::Timer> timer_;
};

}  // namespace portal::edge
