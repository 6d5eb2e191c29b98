#include "auth/api_key.hpp"

namespace portal::auth {
namespace {

constexpr std::string_view kHeader = "Authorization";
constexpr std::string_view kScheme = "Bearer ";
constexpr std::string_view kPrefix = "pk_";

// What stands behind the scheme, whose case does not matter (RFC 9110 section 11.1).
std::optional<std::string_view> find_credentials(const http::Request& request) noexcept {
  const std::optional<std::string_view> value = request.header(kHeader);
  if (!value || value->size() < kScheme.size()) return std::nullopt;
  if (!http::equals_ignoring_case(value->substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return http::trim_blanks(value->substr(kScheme.size()));
}

}  // namespace

std::string format_api_key(const crypto::Token& token) { return std::string(kPrefix) + token.text(); }

bool has_api_key(const http::Request& request) noexcept { return find_credentials(request).has_value(); }

std::optional<access::SessionHash> find_key_hash(const http::Request& request) {
  const std::optional<std::string_view> credentials = find_credentials(request);
  if (!credentials || request.count_headers(kHeader) != 1 || !credentials->starts_with(kPrefix)) return std::nullopt;
  const std::optional<crypto::Token> token = crypto::Token::parse(credentials->substr(kPrefix.size()));
  if (!token) return std::nullopt;
  return token->hash();
}

}  // namespace portal::auth
