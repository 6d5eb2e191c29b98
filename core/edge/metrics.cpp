#include "edge/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

#include "base/random.hpp"

namespace portal::edge {
namespace {

constexpr io::Duration kPublish{500};

bool is_gauge(const Figure& figure) {
  return figure.family->kind != FigureKind::kCounter && figure.family->kind != FigureKind::kHistogram;
}

std::string_view type_of(FigureKind kind) {
  if (kind == FigureKind::kCounter) return "counter";
  return kind == FigureKind::kHistogram ? "histogram" : "gauge";
}

// FNV-1a over everything but the values.
std::uint64_t shape_of(const std::vector<Figure>& figures) {
  std::uint64_t shape = 0xcbf29ce484222325;
  const auto mix = [&](std::string_view text) {
    for (const char character : text) shape = (shape ^ static_cast<unsigned char>(character)) * 0x100000001b3;
    shape = (shape ^ 0xff) * 0x100000001b3;
  };
  for (const Figure& figure : figures) {
    mix(figure.family->name);
    mix(figure.suffix);
    mix(figure.labels);
  }
  return shape | 1;  // zero is memory that nobody used
}

std::uint64_t make_name() {
  std::array<std::uint8_t, 8> bytes{};
  fill_random(bytes);
  std::uint64_t name = 1;
  for (const std::uint8_t byte : bytes) name = name << 8U | byte;
  return name | 1;
}

std::uint64_t combine(FigureKind kind, std::uint64_t left, std::uint64_t right) {
  if (kind == FigureKind::kWorstGauge) return std::min(left, right);
  return kind == FigureKind::kKnownGauge ? std::max(left, right) : left + right;
}

void write_line(std::string& text, const Figure& figure, std::uint64_t value) {
  fmt::format_to(std::back_inserter(text), "{}{}{} ", figure.family->name, figure.suffix, figure.labels);
  if (figure.family->microseconds && (figure.suffix.empty() || figure.suffix == "_sum"))
    fmt::format_to(std::back_inserter(text), "{}.{:06}\n", value / 1'000'000, value % 1'000'000);
  else
    fmt::format_to(std::back_inserter(text), "{}\n", value);
}

}  // namespace

void Histogram::add(std::chrono::microseconds duration) noexcept {
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  std::size_t bucket = 0;
  while (bucket < std::size(kBounds) && microseconds > kBounds[bucket] * 1000ULL) ++bucket;
  ++buckets_[bucket];
  sum_ += microseconds;
}

void Histogram::collect(std::vector<Figure>& figures, Labels labels, const Family& family,
                        std::string_view label) const {
  const bool written = labels == Labels::kWritten;
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    count += buckets_[bucket];
    std::string text;
    if (written) {
      const std::string bound =
          bucket < std::size(kBounds) ? fmt::format("{}", kBounds[bucket] / 1000.0) : std::string("+Inf");
      text = fmt::format("{{{},le=\"{}\"}}", label, bound);
    }
    figures.push_back({&family, "_bucket", std::move(text), count});
  }
  const std::string text = written ? fmt::format("{{{}}}", label) : std::string();
  figures.push_back({&family, "_sum", text, sum_});
  figures.push_back({&family, "_count", text, count});
}

Metrics::Metrics(io::Loop& loop, std::span<shared::Word> words, Collect collect)
    : loop_(loop),
      collect_(std::move(collect)),
      block_(words, shape_of(collect_(Labels::kWritten))),
      name_(make_name()),
      timer_(loop.timer(io::Callback::to<&Metrics::on_timer>(this), io::TimerKind::kCancelable)) {
  const std::vector<Figure> figures = collect_(Labels::kLeftOut);
  const auto gauges = static_cast<std::size_t>(std::ranges::count_if(figures, is_gauge));
  if (gauges > shared::MetricsBlock::kGauges || figures.size() > shared::MetricsBlock::kCounters)
    throw std::logic_error("there are more figures than the shared memory has places");
  published_.resize(figures.size());
  publish(figures);
  timer_->start(kPublish);
}

Metrics::~Metrics() {
  try {
    publish(collect_(Labels::kLeftOut));
  } catch (const std::exception&) {
    // What was counted in the last half second is lost with the memory.
  }
  if (block_.usable()) block_.leave(name_);
}

void Metrics::on_timer() noexcept {
  try {
    publish(collect_(Labels::kLeftOut));
  } catch (const std::exception&) {
    // The next time brings it, too.
  }
  timer_->start(kPublish);
}

void Metrics::publish(const std::vector<Figure>& figures) {
  if (!block_.usable()) return;
  std::vector<std::uint64_t> gauges;
  for (std::size_t number = 0; number < figures.size(); ++number) {
    const std::uint64_t value = figures[number].value;
    if (is_gauge(figures[number])) {
      gauges.push_back(value);
    } else {
      block_.add(number, value - published_[number]);
      published_[number] = value;
    }
  }
  block_.publish(name_, loop_.now(), gauges);
}

std::string Metrics::render() {
  const std::vector<Figure> figures = collect_(Labels::kWritten);
  publish(figures);
  const auto gauges = static_cast<std::size_t>(std::ranges::count_if(figures, is_gauge));
  const std::vector<std::vector<std::uint64_t>> workers =
      block_.usable() ? block_.gauges(loop_.now(), gauges) : std::vector<std::vector<std::uint64_t>>();
  std::string text;
  text.reserve(figures.size() * 80);
  const Family* family = nullptr;
  std::size_t gauge = 0;
  for (std::size_t number = 0; number < figures.size(); ++number) {
    const Figure& figure = figures[number];
    if (figure.family != family) {
      family = figure.family;
      fmt::format_to(std::back_inserter(text), "# HELP {0} {1}\n# TYPE {0} {2}\n", family->name, family->help,
                     type_of(family->kind));
    }
    std::uint64_t value = figure.value;
    if (is_gauge(figure)) {
      for (std::size_t worker = 0; worker < workers.size(); ++worker) {
        const std::uint64_t theirs = workers[worker][gauge];
        value = worker == 0 ? theirs : combine(family->kind, value, theirs);
      }
      ++gauge;
    } else if (block_.usable()) {
      value = block_.counter(number);
    }
    write_line(text, figure, value);
  }
  return text;
}

}  // namespace portal::edge
