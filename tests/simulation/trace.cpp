#include <fmt/format.h>

#include "world.hpp"

namespace portal::simulation {

void Trace::note(Time now, std::string_view what, std::uint64_t first, std::uint64_t second) {
  const auto microseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<Microseconds>(now.time_since_epoch()).count());
  const auto mix = [&](std::uint64_t value) { hash_ = (hash_ ^ value) * 1099511628211U; };
  for (const char letter : what) mix(static_cast<unsigned char>(letter));
  mix(microseconds);
  mix(first);
  mix(second);
  if (print_) fmt::print("{:>12.6f} {} {} {}\n", static_cast<double>(microseconds) / 1e6 - 3600, what, first, second);
}

}  // namespace portal::simulation
