#include "features/activation/invitation.hpp"

#include <algorithm>
#include <array>

#include "auth/throttle.hpp"
#include "base/choice.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"

namespace portal::features {
namespace {

// The states of look_up_activation in which a link is of no use any more.
constexpr std::array kGone = {
    Choice<ErrorCode>{"used", ErrorCode::kActivationUsed},
    Choice<ErrorCode>{"expired", ErrorCode::kActivationExpired},
    Choice<ErrorCode>{"replaced", ErrorCode::kActivationReplaced},
    Choice<ErrorCode>{"cancelled", ErrorCode::kActivationCancelled},
    Choice<ErrorCode>{"no_portal", ErrorCode::kNoPortal},
};

constexpr std::string_view kMask = "\u2022\u2022\u2022";
constexpr std::size_t kDigitsShown = 3;

Task<Result<Invitation>> find_invitation(edge::VisitorContext context, std::string token_text) {
  const std::optional<crypto::Token> token = crypto::Token::parse(token_text);
  if (!token) co_return fail(ErrorCode::kTokenUnknown);
  const crypto::Digest hash = token->hash();
  std::vector<pg::Query> queries;
  queries.push_back(sql::look_up_activation(context.account.id, hash));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kTokenUnknown);

  const sql::LookUpActivationRow row = sql::LookUpActivationRow::decode(rows->front()[0]);
  if (row.state != "valid") {
    if (row.state == "expired") context.subject.sent_to = mask_address(row.sent_to);
    // A state that is not known is none in which a link works.
    co_return fail(find_choice(kGone, row.state).value_or(ErrorCode::kActivationCancelled));
  }
  co_return Invitation{.token_hash = hash, .rows = std::move(rows->front()), .row = row};
}

}  // namespace

std::string mask_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) {
    const std::size_t shown = std::min(kDigitsShown, address.size() / 2);
    return std::string(kMask) + std::string(address.substr(address.size() - shown));
  }
  // One letter, however many bytes it has. Of an address with one letter nothing is left to hide but its length.
  std::size_t first = std::min<std::size_t>(1, at);
  while (first < at && (static_cast<unsigned char>(address[first]) & 0xC0) == 0x80) ++first;
  return std::string(address.substr(0, first)) + std::string(kMask) + std::string(address.substr(at));
}

Task<Result<Invitation>> try_link(edge::VisitorContext context, std::string token_text) {
  Result<auth::Attempt> attempt = context.services.throttle.begin_link(context.request.peer_address);
  if (!attempt) co_return fail(std::move(attempt.error()));
  Result<Invitation> invitation = co_await find_invitation(context, std::move(token_text));
  attempt->settle(invitation);
  co_return invitation;
}

}  // namespace portal::features
