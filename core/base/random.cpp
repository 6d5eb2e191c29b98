#include "base/random.hpp"

#include <cerrno>
#include <limits>
#include <system_error>

#include <sys/random.h>

namespace portal {

void fill_random(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t filled = getrandom(bytes.data(), bytes.size(), 0);
    if (filled < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(filled));
  }
}

std::uint64_t random_below(std::uint64_t bound) {
  // What lies above the last full multiple of the bound would make small results likelier: draw again.
  const std::uint64_t unfair = (std::numeric_limits<std::uint64_t>::max() % bound + 1) % bound;
  while (true) {
    std::uint64_t number = 0;
    fill_random({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
    if (number <= std::numeric_limits<std::uint64_t>::max() - unfair) return number % bound;
  }
}

}  // namespace portal
