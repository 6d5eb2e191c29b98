// Bugs that the simulation of the cache plants into its own build of this code, to see that its checks find them. In
// every other build there are none.
#pragma once

#include <cstdint>

namespace portal::cache {

enum class Bug : std::uint8_t {
  kNone,
  kLateGeneration,    // what an answer was made from is read when it has come, and not before it was asked for
  kIgnoredLease,      // answers are given while notices may be missing
  kIgnoredPrincipal,  // whose answer it is is not looked at
  kKeptEpoch,         // a listener that comes back does not end what was kept before
  kKeptSession,       // what a session was confirmed for outlives changes of its membership
  kKeptForEver,       // no answer ends by its age, or by what it says itself
};

#ifdef PORTAL_PLANTED_BUGS
extern Bug the_bug;
inline bool planted(Bug bug) { return bug == the_bug; }
#else
constexpr bool planted(Bug /*bug*/) { return false; }
#endif

}  // namespace portal::cache
