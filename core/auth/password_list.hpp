// A list of passwords that are known to others: the one that is built in, or the operator's own. It holds 64 bits of
// each SHA-1, which is the form that lists of breaches come in; nothing is protected by that hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace portal::auth {

class PasswordList {
 public:
  // core/auth/common_passwords.txt, lower case.
  static const PasswordList& common();

  // One per line, either a password or the SHA-1 of one in hexadecimal digits with or without ":count" behind it, in
  // any order. The error's log_detail says what is wrong with which line.
  static Result<PasswordList> load(const std::string& path, std::size_t most = limits::kPasswordListEntries);

  // Exactly this text. A password in a file is found in lower case, too.
  bool contains(std::string_view text) const;
  std::size_t size() const { return sorted_.size(); }

  PasswordList(PasswordList&&) = default;
  PasswordList& operator=(PasswordList&&) = default;

 private:
  explicit PasswordList(std::span<const std::uint64_t> sorted) : sorted_(sorted) {}
  explicit PasswordList(std::vector<std::uint64_t> sorted) : owned_(std::move(sorted)), sorted_(owned_) {}

  std::vector<std::uint64_t> owned_;
  std::span<const std::uint64_t> sorted_;
};

}  // namespace portal::auth
