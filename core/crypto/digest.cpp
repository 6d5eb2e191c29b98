// SHA256_Init and its sisters, see sha256().
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/digest.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

namespace portal::crypto {
namespace {

// OpenSSL fails here only without memory or without its default provider: there is nothing to go on with.
void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("OpenSSL cannot compute a digest");
}

struct Free {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};

using DigestContext = std::unique_ptr<EVP_MD_CTX, Free>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Free>;

// Fetching an algorithm costs three times what hashing a token does; it happens once in a process, and the context,
// which keeps no meaning between two calls, is made once in a thread.
const EVP_MD* fetch_sha256() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(kSha256 != nullptr);
  return kSha256;
}

const EVP_MD* fetch_sha1() {
  static const EVP_MD* const kSha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  require(kSha1 != nullptr);
  return kSha1;
}

DigestContext make_digest_context() {
  DigestContext context(EVP_MD_CTX_new());
  require(context != nullptr);
  return context;
}

MacContext make_mac_context() {
  static EVP_MAC* const kHmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  require(kHmac != nullptr);
  MacContext context(EVP_MAC_CTX_new(kHmac));
  require(context != nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  require(EVP_MAC_CTX_set_params(context.get(), parameters) == 1);
  return context;
}

void append_number(std::string& bytes, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFFU);
}

}  // namespace

// Every request hashes a token. What EVP allocates, wipes and looks up around that takes as long as the hash itself.
// The same code of OpenSSL computes it here; the last call wipes what it has kept of the bytes.
Digest sha256(Bytes bytes) {
  SHA256_CTX context;
  Digest digest;
  require(SHA256_Init(&context) == 1 && SHA256_Update(&context, bytes.data(), bytes.size()) == 1 &&
          SHA256_Final(digest.data(), &context) == 1);
  return digest;
}

Sha1 sha1(Bytes bytes) {
  thread_local const DigestContext context = make_digest_context();
  Sha1 digest;
  require(EVP_DigestInit_ex2(context.get(), fetch_sha1(), nullptr) == 1);
  require(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
  require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

struct Sha256::State {
  DigestContext context = make_digest_context();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(EVP_DigestInit_ex2(state_->context.get(), fetch_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(Bytes bytes) { require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1); }

Digest Sha256::finish() {
  Digest digest;
  require(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) == 1);
  return digest;
}

Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> parts) {
  thread_local const MacContext context = make_mac_context();
  // A null key would mean "the key of the last call" to OpenSSL.
  constexpr std::uint8_t kEmptyKey = 0;
  require(EVP_MAC_init(context.get(), key.empty() ? &kEmptyKey : key.data(), key.size(), nullptr) == 1);
  for (const Bytes part : parts) require(EVP_MAC_update(context.get(), part.data(), part.size()) == 1);
  Digest digest;
  std::size_t length = 0;
  require(EVP_MAC_final(context.get(), digest.data(), &length, digest.size()) == 1 && length == digest.size());
  return digest;
}

Context& Context::add(std::string_view part) {
  bytes_ += 't';
  append_number(bytes_, part.size());
  bytes_ += part;
  return *this;
}

Context& Context::add(std::int64_t part) {
  bytes_ += 'n';
  append_number(bytes_, static_cast<std::uint64_t>(part));
  return *this;
}

}  // namespace portal::crypto
