#include "auth/session_value.hpp"

#include <array>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/sealed.hpp"

namespace portal::auth {
namespace {

// Both go up with every change of what follows them.
constexpr std::string_view kNamePrefix = "portal:s1:";
constexpr std::string_view kLayout = "s1";

constexpr std::size_t kNumbers = 5;
constexpr std::size_t kNumberBytes = 8;

std::string_view text_of(const access::SessionHash& hash) { return crypto::text_of(crypto::Bytes(hash)); }

crypto::Context place_of(const access::SessionHash& hash) {
  crypto::Context place("redis.session");
  place.add(kLayout).add(text_of(hash));
  return place;
}

void append_number(std::string& bytes, std::int64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xFFU);
}

std::int64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(number);
}

std::unexpected<Error> refuse() { return fail(ErrorCode::kInternal, "not a session's value"); }

}  // namespace

std::string name_session_entry(const access::SessionHash& hash, const crypto::Keyring& keys) {
  constexpr std::string_view kUse = "name of a session's entry";
  const crypto::Key& key = keys.newest(crypto::KeyPurpose::kSessionCache);
  const crypto::Digest name = crypto::hmac_sha256(key.secret.bytes(), {crypto::bytes_of(kUse), hash});
  return std::string(kNamePrefix) + crypto::encode_hex(name);
}

std::string seal_session(const SessionValue& value, const crypto::Keyring& keys) {
  const access::Member& member = value.member;
  std::string plain;
  for (const std::int64_t number : {member.account_id, member.member_id, member.membership_id, member.client_id,
                                    std::int64_t{value.expires_at.time_since_epoch().count()}}) {
    append_number(plain, number);
  }
  // By name, because bits would change their meaning with the list of permissions.
  for (const std::string_view name : member.permissions.names()) plain.append(name).push_back(' ');
  const Result<crypto::Sealed> sealed =
      crypto::seal(plain, place_of(member.session_hash), keys, crypto::KeyPurpose::kSessionCache);
  return sealed ? std::string(kLayout).append(crypto::text_of(sealed->bytes)) : std::string();
}

Result<SessionValue> open_session_value(std::string_view text, const access::SessionHash& hash,
                                        const crypto::Keyring& keys) {
  if (!text.starts_with(kLayout)) return refuse();
  const std::string& key_id = keys.newest(crypto::KeyPurpose::kSessionCache).id;
  const Result<crypto::SecretString> opened = crypto::unseal(key_id, crypto::bytes_of(text.substr(kLayout.size())),
                                                             place_of(hash), keys, crypto::KeyPurpose::kSessionCache);
  if (!opened || opened->size() < kNumbers * kNumberBytes) return refuse();
  std::string_view plain = opened->view();
  std::array<std::int64_t, kNumbers> numbers{};
  for (std::int64_t& number : numbers) {
    number = read_number(plain.substr(0, kNumberBytes));
    plain.remove_prefix(kNumberBytes);
  }
  std::vector<std::string_view> names;
  for (std::size_t space = 0; (space = plain.find(' ')) != std::string_view::npos; plain.remove_prefix(space + 1)) {
    names.push_back(plain.substr(0, space));
  }
  const std::optional<access::Permissions> permissions = access::Permissions::from_names(names);
  if (!plain.empty() || !permissions) return refuse();
  return SessionValue{.member = {.account_id = numbers[0],
                                 .member_id = numbers[1],
                                 .membership_id = numbers[2],
                                 .client_id = numbers[3],
                                 .permissions = *permissions,
                                 .session_hash = hash},
                      .expires_at = Timestamp(std::chrono::microseconds(numbers[4]))};
}

}  // namespace portal::auth
