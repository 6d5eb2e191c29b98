// For how long an answer stays true by itself: until the first of its invoices has another state.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace portal::features::invoices {

class Validity {
 public:
  // By what a row says; null: it does not change by itself.
  void limit(std::optional<std::int64_t> milliseconds) {
    if (!milliseconds) return;
    const std::chrono::milliseconds least(*milliseconds);
    valid_for_ = valid_for_ ? std::min(*valid_for_, least) : least;
  }
  std::optional<std::chrono::milliseconds> get() const { return valid_for_; }

 private:
  std::optional<std::chrono::milliseconds> valid_for_;
};

}  // namespace portal::features::invoices
