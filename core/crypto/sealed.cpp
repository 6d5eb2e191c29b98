#include "crypto/sealed.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/limits.hpp"
#include "base/random.hpp"

namespace portal::crypto {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free>;

void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("OpenSSL cannot encrypt");
}

const EVP_CIPHER* fetch_cipher() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  require(kCipher != nullptr);
  return kCipher;
}

enum class Direction : int { kDecrypt = 0, kEncrypt = 1 };

CipherContext begin(Direction direction, const SecretKey& key, Bytes nonce, const Context& place) {
  CipherContext context(EVP_CIPHER_CTX_new());
  require(context != nullptr);
  require(EVP_CipherInit_ex2(context.get(), fetch_cipher(), key.bytes().data(), nonce.data(),
                             static_cast<int>(direction), nullptr) == 1);
  int length = 0;
  require(EVP_CipherUpdate(context.get(), nullptr, &length, place.bytes().data(),
                           static_cast<int>(place.bytes().size())) == 1);
  return context;
}

std::unexpected<Error> refuse() { return fail(ErrorCode::kInternal, "a sealed value cannot be opened"); }

}  // namespace

// A nonce is 96 random bits: a key may seal 2^32 values before two alike become thinkable (NIST SP 800-38D
// section 8.3).
Result<Sealed> seal(std::string_view plaintext, const Context& place, const Keyring& keys, KeyPurpose purpose) {
  if (plaintext.size() > limits::kSealedBytes) return fail(ErrorCode::kInternal, "a value is too long to be sealed");
  const Key& key = keys.newest(purpose);
  Sealed sealed{key.id, std::vector<std::uint8_t>(kNonceBytes + plaintext.size() + kTagBytes)};
  const std::span<std::uint8_t> nonce(sealed.bytes.data(), kNonceBytes);
  fill_random(nonce);
  const CipherContext context = begin(Direction::kEncrypt, key.secret, nonce, place);
  std::uint8_t* ciphertext = sealed.bytes.data() + kNonceBytes;
  std::uint8_t* tag = ciphertext + plaintext.size();
  int length = 0;
  require(EVP_CipherUpdate(context.get(), ciphertext, &length, bytes_of(plaintext).data(),
                           static_cast<int>(plaintext.size())) == 1);
  require(EVP_CipherFinal_ex(context.get(), tag, &length) == 1);
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), tag) == 1);
  return sealed;
}

Result<SecretString> unseal(std::string_view key_id, Bytes sealed, const Context& place, const Keyring& keys,
                            KeyPurpose purpose) {
  const Key* key = keys.find(purpose, key_id);
  if (key == nullptr) return fail(ErrorCode::kInternal, "the key file has no encryption key of that id");
  if (sealed.size() < kNonceBytes + kTagBytes || sealed.size() > kNonceBytes + limits::kSealedBytes + kTagBytes)
    return refuse();
  const Bytes ciphertext = sealed.subspan(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag;
  std::ranges::copy(sealed.last(kTagBytes), tag.begin());
  const CipherContext context = begin(Direction::kDecrypt, key->secret, sealed.first(kNonceBytes), place);
  SecretString plaintext = SecretString::of_size(ciphertext.size());
  auto* output = reinterpret_cast<std::uint8_t*>(plaintext.data());
  int length = 0;
  require(EVP_CipherUpdate(context.get(), output, &length, ciphertext.data(), static_cast<int>(ciphertext.size())) ==
          1);
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) == 1);
  std::array<std::uint8_t, kTagBytes> rest;
  if (EVP_CipherFinal_ex(context.get(), rest.data(), &length) != 1) return refuse();
  return plaintext;
}

}  // namespace portal::crypto
