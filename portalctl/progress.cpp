#include "portalctl/progress.hpp"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace portal::portalctl {
namespace {

constexpr std::int64_t kBarWidth = 30;

}  // namespace

Progress::Progress(std::string what, std::int64_t total)
    : what_(std::move(what)),
      total_(total),
      on_terminal_(isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (drawn_) std::fputc('\n', stderr);
}

void Progress::reach(std::int64_t done) {
  const std::int64_t tenths = done * 10 / total_;
  if (!on_terminal_ && tenths == tenths_shown_) return;
  tenths_shown_ = tenths;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started_;
  const double left = done == 0 ? 0 : passed.count() * static_cast<double>(total_ - done) / static_cast<double>(done);
  const std::string words = fmt::format("{} of {} {}, about {:.0f} s left", done, total_, what_, left);
  if (on_terminal_) {
    const std::int64_t filled = kBarWidth * done / total_;
    // What a longer line left behind is erased up to its end.
    fmt::print(stderr, "\r[{:#<{}}{:{}}] {}\x1b[K", "", filled, "", kBarWidth - filled, words);
    std::fflush(stderr);
    drawn_ = true;
  } else {
    fmt::print(stderr, "{}\n", words);
  }
}

}  // namespace portal::portalctl
