// Random bytes from the kernel, for secrets and for everything else: there is no second source that could be taken by
// mistake.
#pragma once

#include <cstdint>
#include <span>

namespace portal {

// Fills all of it, or throws std::system_error: a kernel that gives no random bytes leaves nothing safe to go on with.
void fill_random(std::span<std::uint8_t> bytes);

// Uniform in 0..bound-1; `bound` is not 0. For jitter.
std::uint64_t random_below(std::uint64_t bound);

}  // namespace portal
