#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace portal::crypto {

// Overwrites memory in a way that the compiler keeps.
void wipe(void* memory, std::size_t bytes) noexcept;

// Text that is overwritten when it is no longer needed. Never copied by accident; never grows, so that no old copy
// stays behind.
class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view text);
  static SecretString of_size(std::size_t bytes);  // zeros
  SecretString(SecretString&& other) noexcept;
  SecretString& operator=(SecretString&& other) noexcept;
  ~SecretString();

  SecretString copy() const { return SecretString(view()); }
  std::string_view view() const noexcept { return {data_.get(), size_}; }
  char* data() noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
};

SecretString join(const SecretString& first, const SecretString& second);

// 256 bits, overwritten at the end.
class SecretKey {
 public:
  using Array = std::array<std::uint8_t, 32>;
  explicit SecretKey(const Array& bytes) : bytes_(bytes) {}
  SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_.data(), other.bytes_.size()); }
  SecretKey& operator=(SecretKey&& other) noexcept;
  ~SecretKey() { wipe(bytes_.data(), bytes_.size()); }

  const Array& bytes() const noexcept { return bytes_; }

 private:
  Array bytes_;
};

}  // namespace portal::crypto
