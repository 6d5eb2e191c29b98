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

// U+0080 to U+00A0 and the wider blanks. The database refuses them in an address, and a reader does not see them.
bool begins_with_wide_blank(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (text.size() >= 2 && byte(0) == 0xc2) return byte(1) <= 0xa0;
  if (text.size() >= 3 && text.starts_with("\xe2\x80"))
    return byte(2) <= 0x8a || byte(2) == 0xa8 || byte(2) == 0xa9 || byte(2) == 0xaf;
  return text.starts_with("\xe1\x9a\x80") || text.starts_with("\xe2\x81\x9f") || text.starts_with("\xe3\x80\x80");
}

bool has_wide_blank(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    if (begins_with_wide_blank(text)) return true;
  }
  return false;
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
  if (std::ranges::any_of(address, is_forbidden) || !is_valid_text(address) || has_wide_blank(address))
    return std::nullopt;
  std::string email(address);
  std::ranges::transform(email, email.begin(), to_lower);
  return email;
}

crypto::Digest hash_login(std::string_view email) { return crypto::sha256(email); }

}  // namespace portal::auth
