// Chance comes from the seed, also where the core asks for it. The linker takes this before the core's own.
#include "base/random.hpp"
#include "worker.hpp"

namespace portal {

void fill_random(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(simulation::the_core_random->next());
}

std::uint64_t random_below(std::uint64_t bound) { return simulation::the_core_random->below(bound); }

}  // namespace portal
