#include <vector>

#include "access/repeatable.hpp"
#include "crypto/bytes.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "features/members/forms.hpp"
#include "features/members/handlers.hpp"
#include "features/members/new_link.hpp"
#include "features/members/render.hpp"
#include "http/query.hpp"
#include "sql/members.hpp"

namespace portal::features::members {

Result<NewLink> make_link(const access::Account& account, const crypto::Keyring& keys, std::string_view page) {
  const crypto::Token token = crypto::Token::generate();
  std::string url = account.origin + std::string(page) + "#" + token.text();
  Result<auth::LinkMessage> message = auth::seal_link_message(account.id, url, keys);
  crypto::wipe(url.data(), url.size());
  if (!message) return fail(std::move(message.error()));
  return NewLink{.token_hash = token.hash(), .message = std::move(*message)};
}

namespace {

Result<std::vector<pg::Query>> make_invitation(const edge::StaffContext& context, const NewInvitation& invitation) {
  const Result<NewLink> link = make_link(context.account, context.services.keys);
  if (!link) return fail(link.error());
  const auth::LinkMessage& message = link->message;
  std::vector<pg::Query> queries;
  queries.push_back(sql::invite_member(context.staff.account_id, invitation.client_id, invitation.content,
                                       link->token_hash, message.reference, message.payload.bytes,
                                       message.payload.key_id));
  return queries;
}

Result<std::vector<pg::Query>> make_resending(const edge::StaffContext& context, std::int64_t membership_id) {
  const Result<NewLink> link = make_link(context.account, context.services.keys);
  if (!link) return fail(link.error());
  const auth::LinkMessage& message = link->message;
  std::vector<pg::Query> queries;
  queries.push_back(sql::resend_invitation(context.staff.account_id, membership_id, link->token_hash, message.reference,
                                           message.payload.bytes, message.payload.key_id));
  return queries;
}

// What shows the invitation, made now or when the same request came before. With an id: that one.
access::ReadBack reading(std::int64_t account_id, std::optional<std::int64_t> membership_id) {
  return [account_id, membership_id](std::optional<std::int64_t> made_id) {
    std::vector<pg::Query> queries;
    queries.push_back(sql::get_member(account_id, membership_id ? membership_id : made_id));
    return queries;
  };
}

}  // namespace

Task<Result<http::Response>> invite_member(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<NewInvitation> invitation = read_invitation(context.request.body);
  if (!invitation) co_return fail(invitation.error());
  Result<std::vector<pg::Query>> queries = make_invitation(context, *invitation);
  if (!queries) co_return fail(std::move(queries.error()));
  const Result<std::vector<pg::Rows>> rows =
      co_await access::write_once(context, std::move(*queries), reading(context.staff.account_id, std::nullopt));
  if (!rows) co_return fail(rows.error());
  co_return render_member(rows->back(), http::Status::kCreated);
}

Task<Result<http::Response>> resend_invitation(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> membership_id = context.path.id(0);
  if (!membership_id) co_return fail(membership_id.error());
  if (Result<void> none = require_no_members(context.request.body); !none) co_return fail(none.error());
  Result<std::vector<pg::Query>> queries = make_resending(context, *membership_id);
  if (!queries) co_return fail(std::move(queries.error()));
  const Result<std::vector<pg::Rows>> rows =
      co_await access::write_once(context, std::move(*queries), reading(context.staff.account_id, *membership_id));
  if (!rows) co_return fail(rows.error());
  co_return render_member(rows->back(), http::Status::kOk);
}

}  // namespace portal::features::members
