// Tokens and the texts around them: a token has one text, decoded bytes have one text, stored hashes and key files
// never crash.
#include "crypto/keyring.hpp"
#include "crypto/password.hpp"
#include "crypto/token.hpp"
#include "require.hpp"

using namespace portal;
using namespace portal::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Keyring kKeys = Keyring::parse(generate_keys().view()).value();
  const std::string_view input = fuzz::as_text(data, size);
  if (const std::optional<Token> token = Token::parse(input))
    fuzz::require(token->text() == input, "a token has one text");
  if (const auto bytes = decode_base64url(input))
    fuzz::require(encode_base64url(*bytes) == input, "bytes have one base64url text");
  if (const auto bytes = decode_base64(input))
    fuzz::require(encode_base64(*bytes) == input, "bytes have one base64 text");
  if (const auto bytes = decode_hex(input))
    fuzz::require(encode_hex(*bytes) == input, "bytes have one hexadecimal text");
  fuzz::require(decode_base64url(encode_base64url({data, size})).has_value(), "what is encoded can be decoded");

  needs_rehash(input, kKeys);
  if (const Result<Keyring> keyring = Keyring::parse(input)) {
    fuzz::require(!keyring->newest(KeyPurpose::kPepper).id.empty(), "a keyring has a key for each purpose");
  }
  return 0;
}
