#include "features/staff/link.hpp"

#include <array>

#include "auth/throttle.hpp"
#include "base/choice.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"

namespace portal::features {
namespace {

// The states of look_up_staff_link in which a link is of no use any more.
constexpr std::array kInvitationGone = {
    Choice<ErrorCode>{"used", ErrorCode::kActivationUsed},
    Choice<ErrorCode>{"expired", ErrorCode::kActivationExpired},
    Choice<ErrorCode>{"replaced", ErrorCode::kActivationReplaced},
    Choice<ErrorCode>{"cancelled", ErrorCode::kActivationCancelled},
};
constexpr std::array kResetGone = {
    Choice<ErrorCode>{"used", ErrorCode::kLinkUsed},
    Choice<ErrorCode>{"expired", ErrorCode::kLinkExpired},
    Choice<ErrorCode>{"replaced", ErrorCode::kLinkReplaced},
    Choice<ErrorCode>{"cancelled", ErrorCode::kLinkExpired},
};

// A state that is not known is none in which a link works.
ErrorCode error_of(std::string_view purpose, std::string_view state) {
  return purpose == kStaffActivation ? find_choice(kInvitationGone, state).value_or(ErrorCode::kActivationCancelled)
                                     : find_choice(kResetGone, state).value_or(ErrorCode::kLinkExpired);
}

Task<Result<StaffLink>> find_link(edge::VisitorContext context, std::string token_text, std::string_view purpose) {
  const std::optional<crypto::Token> token = crypto::Token::parse(token_text);
  if (!token) co_return fail(ErrorCode::kTokenUnknown);
  const crypto::Digest hash = token->hash();
  std::vector<pg::Query> queries;
  queries.push_back(sql::look_up_staff_link(context.account.id, hash, purpose));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  Result<std::vector<pg::Rows>> rows = co_await context.staff_database.read(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kTokenUnknown);
  const sql::LookUpStaffLinkRow row = sql::LookUpStaffLinkRow::decode(rows->front()[0]);
  if (row.state != "valid") co_return fail(error_of(purpose, row.state));
  context.subject.staff_id = row.staff_id;
  co_return StaffLink{.token_hash = hash, .rows = std::move(rows->front()), .row = row};
}

}  // namespace

Task<Result<StaffLink>> try_staff_link(edge::VisitorContext context, std::string token_text, std::string_view purpose) {
  Result<auth::Attempt> attempt = context.services.throttle.begin_link(context.request.peer_address);
  if (!attempt) co_return fail(std::move(attempt.error()));
  Result<StaffLink> link = co_await find_link(context, std::move(token_text), purpose);
  attempt->settle(link);
  co_return link;
}

}  // namespace portal::features
