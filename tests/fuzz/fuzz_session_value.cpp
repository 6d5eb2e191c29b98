// What stands in Redis for a session: whatever somebody writes there opens nothing, and what was sealed opens as it
// was.
#include "auth/session_value.hpp"
#include "crypto/bytes.hpp"
#include "require.hpp"

using namespace portal;
using namespace portal::auth;

namespace {

const crypto::Keyring& keys() {
  static const crypto::Keyring kKeys = crypto::Keyring::parse(crypto::generate_keys().view()).value();
  return kKeys;
}

// Nothing is ever sealed with these. libFuzzer learns from comparisons: it would hand back a value sealed below.
const crypto::Keyring& keys_of_others() {
  static const crypto::Keyring kKeys = crypto::Keyring::parse(crypto::generate_keys().view()).value();
  return kKeys;
}

std::int64_t take_number(std::string_view& input) {
  std::uint64_t number = 0;
  for (int byte = 0; byte < 8; ++byte) number = number << 8 | fuzz::take_byte(input);
  return static_cast<std::int64_t>(number);
}

auth::SessionValue read_value(std::string_view& input) {
  auth::SessionValue value{};
  for (std::uint8_t& byte : value.member.session_hash) byte = fuzz::take_byte(input);
  value.member.account_id = take_number(input);
  value.member.member_id = take_number(input);
  value.member.membership_id = take_number(input);
  value.member.client_id = take_number(input);
  value.expires_at = Timestamp(std::chrono::microseconds(take_number(input)));
  const std::uint8_t permissions = fuzz::take_byte(input);
  for (std::size_t number = 0; number < access::kPermissionNames.size(); ++number) {
    if ((permissions >> number & 1U) != 0) value.member.permissions.add(static_cast<access::Permission>(number));
  }
  return value;
}

bool are_same(const auth::SessionValue& left, const auth::SessionValue& right) {
  return left.member.account_id == right.member.account_id && left.member.member_id == right.member.member_id &&
         left.member.membership_id == right.member.membership_id && left.member.client_id == right.member.client_id &&
         left.member.permissions == right.member.permissions && left.member.session_hash == right.member.session_hash &&
         left.expires_at == right.expires_at;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = fuzz::as_text(data, size);
  const access::SessionHash nobody{};
  fuzz::require(!open_session_value(input, nobody, keys_of_others()), "nobody makes up a session");

  const auth::SessionValue value = read_value(input);
  const std::string sealed = seal_session(value, keys());
  const Result<auth::SessionValue> opened = open_session_value(sealed, value.member.session_hash, keys());
  fuzz::require(opened && are_same(*opened, value), "a session opens as it was sealed");

  // The rest of the input says which bits of a good value, and of its session, to change.
  std::string changed = sealed;
  access::SessionHash other = value.member.session_hash;
  for (std::size_t place = 0; place < input.size(); ++place) {
    if (place < changed.size()) changed[place] = static_cast<char>(changed[place] ^ input[place]);
    if (place < other.size()) other[place] ^= static_cast<std::uint8_t>(input[place]);
  }
  const bool same = changed == sealed;
  fuzz::require(open_session_value(changed, value.member.session_hash, keys()).has_value() == same,
                "a value that was changed opens nothing");
  fuzz::require(open_session_value(sealed, other, keys()).has_value() == (other == value.member.session_hash),
                "a value opens for its own session alone");
  return 0;
}
