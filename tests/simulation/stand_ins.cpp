// What stands in for parts of the core that would make a run slow or different from the last: passwords cost nothing,
// waiting is the clock's of the simulation, and chance comes from the seed. The linker takes these before the core's
// own.
#include <string>

#include "auth/even_answer.hpp"
#include "base/random.hpp"
#include "crypto/password.hpp"
#include "io/sleep.hpp"
#include "world.hpp"

namespace portal {

void fill_random(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(simulation::the_world->core_random.next());
}

std::uint64_t random_below(std::uint64_t bound) { return simulation::the_world->core_random.below(bound); }

namespace crypto {

Result<std::string> hash_password(std::string_view password, const Keyring& /*keys*/, PasswordCost /*cost*/) {
  return "sim:" + std::string(password);
}

Result<bool> verify_password(std::string_view password, std::string_view stored, const Keyring& /*keys*/) {
  return stored.substr(stored.find(':') + 1) == password;
}

std::string make_hash_of_nobody(Bytes /*nobody*/, const Keyring& /*keys*/) { return "sim:"; }

bool needs_rehash(std::string_view stored, const Keyring& /*keys*/, PasswordCost /*cost*/) {
  return stored.starts_with("old:");
}

}  // namespace crypto

namespace auth {

Task<void> wait_for_next_step(io::Loop& loop, io::MonotonicTime /*began*/, io::Duration step) {
  co_await io::sleep(loop, step);
}

}  // namespace auth
}  // namespace portal
