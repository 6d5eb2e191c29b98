#include "crypto/secret.hpp"

#include <algorithm>
#include <utility>

#include <openssl/crypto.h>

namespace portal::crypto {

void wipe(void* memory, std::size_t bytes) noexcept { OPENSSL_cleanse(memory, bytes); }

SecretString::SecretString(std::string_view text) : data_(std::make_unique<char[]>(text.size())), size_(text.size()) {
  std::ranges::copy(text, data_.get());
}

SecretString SecretString::of_size(std::size_t bytes) {
  SecretString secret;
  secret.data_ = std::make_unique<char[]>(bytes);
  secret.size_ = bytes;
  return secret;
}

SecretString::SecretString(SecretString&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  if (this != &other) {
    wipe(data_.get(), size_);
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretString::~SecretString() { wipe(data_.get(), size_); }

SecretString join(const SecretString& first, const SecretString& second) {
  SecretString joined = SecretString::of_size(first.size() + second.size());
  char* rest = std::ranges::copy(first.view(), joined.data()).out;
  std::ranges::copy(second.view(), rest);
  return joined;
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_.data(), other.bytes_.size());
  }
  return *this;
}

}  // namespace portal::crypto
