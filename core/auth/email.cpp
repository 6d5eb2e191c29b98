#include "auth/email.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace portal::auth {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

char to_lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; }

// The envelope of a mail is made of lines and of what stands between angle brackets: neither may come out of an
// address.
bool is_forbidden(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte <= 0x20 || byte == 0x7f || std::string_view("<>,;:\"\\()[]").contains(letter);
}

bool is_domain(std::string_view domain) {
  return !domain.empty() && domain.front() != '.' && domain.back() != '.' && !domain.contains("..");
}

}  // namespace

std::optional<std::string> normalise_email(std::string_view text) {
  const std::string_view address = trim(text);
  const std::size_t at = address.find('@');
  if (address.size() > limits::kEmailBytes || at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view domain = address.substr(at + 1);
  if (domain.contains('@') || !is_domain(domain)) return std::nullopt;
  if (std::ranges::any_of(address, is_forbidden) || !is_valid_text(address)) return std::nullopt;
  std::string email(address);
  std::ranges::transform(email, email.begin(), to_lower);
  return email;
}

crypto::Digest hash_login(std::string_view email) { return crypto::sha256(email); }

}  // namespace portal::auth
