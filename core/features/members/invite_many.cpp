// Many invitations at once. Each few of them are a transaction of their own, so that nobody else's change waits for all
// of them; whoever asks again after a failure in between sends nothing twice.
#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "access/repeatable.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "edge/services.hpp"
#include "features/members/forms.hpp"
#include "features/members/handlers.hpp"
#include "features/members/new_link.hpp"
#include "http/query.hpp"
#include "sql/members.hpp"
#include "sql/repeatable.hpp"

namespace portal::features::members {
namespace {

constexpr std::size_t kAtOnce = 25;

constexpr std::array kOpenStates = {
    Choice<std::string_view>{"queued", "queued"},
    Choice<std::string_view>{"sent", "sent"},
    Choice<std::string_view>{"failed", "failed"},
    Choice<std::string_view>{"expired", "expired"},
};
constexpr std::array<std::string_view, 3> kUnaccepted = {"sent", "failed", "expired"};

struct ManyInvitations {
  std::vector<std::int64_t> client_ids;
  std::string content;  // JSON, the same for all
};

struct Outcome {
  std::int64_t id;  // of the client, or of the membership that was to be written to again
  std::string word;
  std::optional<std::int64_t> membership_id;
};

Result<ManyInvitations> read_many(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  ManyInvitations many{.client_ids = body.ids("client_ids", limits::kInvitationsAtOnce), .content = {}};
  json::Writer content;
  content.begin_object().member("once", true);
  copy_terms(body, content);
  copy_notifications(body, content);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  many.content = content.end_object().take();
  return many;
}

Result<std::vector<std::string_view>> read_states(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  auto states = body.optional_choices("state", kOpenStates);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return states.value_or(std::vector<std::string_view>(kUnaccepted.begin(), kUnaccepted.end()));
}

// One statement for each id; `make` says which, from the id and a new link.
template <class Make>
Result<std::vector<pg::Query>> make_segment(const access::Account& account, const crypto::Keyring& keys,
                                            std::span<const std::int64_t> ids, Make make) {
  std::vector<pg::Query> queries;
  queries.reserve(ids.size());
  for (const std::int64_t id : ids) {
    const Result<NewLink> link = make_link(account, keys);
    if (!link) return fail(link.error());
    queries.push_back(make(id, *link));
  }
  return queries;
}

Result<std::vector<pg::Query>> invitations(const edge::StaffContext& context, std::span<const std::int64_t> client_ids,
                                           std::string_view content) {
  return make_segment(
      context.account, context.services.keys, client_ids, [&](std::int64_t client_id, const NewLink& link) {
        const auth::LinkMessage& message = link.message;
        return sql::try_to_invite_member(context.staff.account_id, client_id, content, link.token_hash,
                                         message.reference, message.payload.bytes, message.payload.key_id);
      });
}

Result<std::vector<pg::Query>> resendings(const edge::StaffContext& context, std::span<const std::int64_t> ids) {
  return make_segment(context.account, context.services.keys, ids, [&](std::int64_t id, const NewLink& link) {
    const auth::LinkMessage& message = link.message;
    return sql::try_to_resend_invitation(context.staff.account_id, id, link.token_hash, message.reference,
                                         message.payload.bytes, message.payload.key_id);
  });
}

template <class Row>
void add_outcomes(std::vector<Outcome>& outcomes, std::span<const std::int64_t> ids,
                  const std::vector<pg::Rows>& rows) {
  for (std::size_t index = 0; index < ids.size(); ++index) {
    const Row row = Row::decode(rows[index][0]);
    Outcome outcome{.id = ids[index], .word = std::string(row.outcome), .membership_id = std::nullopt};
    if constexpr (requires { row.membership_id; }) outcome.membership_id = row.membership_id;
    outcomes.push_back(std::move(outcome));
  }
}

// What became of the same ones when they were asked for before.
void add_former(std::vector<Outcome>& outcomes, std::span<const std::int64_t> ids, const pg::Rows& parts) {
  for (int index = 0; index < parts.size() && std::cmp_less(index, ids.size()); ++index) {
    const auto row = sql::ListRepeatablePartsRow::decode(parts[index]);
    outcomes.push_back({.id = ids[static_cast<std::size_t>(index)],
                        .word = std::string(row.word.value_or("")),
                        .membership_id = row.id});
  }
}

std::string render_invitations(std::span<const Outcome> outcomes) {
  json::Writer writer(64 + outcomes.size() * 80);
  writer.begin_object().key("items").begin_array();
  for (const Outcome& outcome : outcomes) {
    writer.begin_object().id_member("client_id", outcome.id).member("outcome", outcome.word);
    if (outcome.membership_id) writer.id_member("member_id", *outcome.membership_id);
    writer.end_object();
  }
  return writer.end_array().end_object().take();
}

std::string render_resendings(std::span<const Outcome> outcomes, bool more) {
  const auto resent = std::ranges::count_if(outcomes, [](const Outcome& outcome) { return outcome.word == "resent"; });
  json::Writer writer;
  writer.begin_object().member("resent", std::int64_t{resent}).key("failed").begin_array();
  for (const Outcome& outcome : outcomes) {
    if (outcome.word == "resent") continue;
    writer.begin_object().id_member("member_id", outcome.id).member("outcome", outcome.word).end_object();
  }
  return writer.end_array().member("more", more).end_object().take();
}

// Whom a reminder goes to. Who asks again means the same ones: by then there may be others.
Task<Result<std::vector<std::int64_t>>> list_waiting(edge::StaffContext context,
                                                     std::optional<access::RepeatableRequest> request,
                                                     std::vector<std::string_view> states) {
  constexpr auto kMost = static_cast<std::int32_t>(limits::kInvitationsAtOnce + 1);
  const std::int64_t account_id = context.staff.account_id;
  std::vector<std::int64_t> waiting;
  std::vector<pg::Query> queries;
  if (!request) {
    queries.push_back(sql::list_unaccepted(account_id, states, kMost));
    const Result<std::vector<pg::Rows>> found = co_await context.database.search(std::move(queries));
    if (!found) co_return fail(found.error());
    for (int index = 0; index < found->front().size(); ++index)
      waiting.push_back(sql::ListUnacceptedRow::decode(found->front()[index]).membership_id);
    co_return waiting;
  }
  queries.push_back(sql::note_unaccepted(account_id, states, kMost));
  const Result<access::PartRows> written =
      co_await access::write_part(context, access::part_of(request, 0), std::move(queries));
  if (!written) co_return fail(written.error());
  const pg::Rows& found = written->former ? *written->former : written->rows.front();
  for (int index = 0; index < found.size(); ++index) {
    waiting.push_back(written->former ? sql::ListRepeatablePartsRow::decode(found[index]).id.value_or(0)
                                      : sql::NoteUnacceptedRow::decode(found[index]).membership_id);
  }
  co_return waiting;
}

}  // namespace

Task<Result<http::Response>> invite_members(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<ManyInvitations> many = read_many(context.request.body);
  if (!many) co_return fail(many.error());
  const Result<std::optional<access::RepeatableRequest>> request = access::read_repeatable(context.request);
  if (!request) co_return fail(request.error());
  std::vector<Outcome> outcomes;
  for (std::size_t begin = 0; begin < many->client_ids.size(); begin += kAtOnce) {
    const std::span<const std::int64_t> ids =
        std::span(many->client_ids).subspan(begin, std::min(kAtOnce, many->client_ids.size() - begin));
    Result<std::vector<pg::Query>> queries = invitations(context, ids, many->content);
    if (!queries) co_return fail(std::move(queries.error()));
    const Result<access::PartRows> written =
        co_await access::write_part(context, access::part_of(*request, begin), std::move(*queries));
    if (!written) co_return fail(written.error());
    if (written->former)
      add_former(outcomes, ids, *written->former);
    else
      add_outcomes<sql::TryToInviteMemberRow>(outcomes, ids, written->rows);
  }
  co_return http::Response::json(render_invitations(outcomes));
}

Task<Result<http::Response>> resend_invitations(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::vector<std::string_view>> states = read_states(context.request.body);
  if (!states) co_return fail(states.error());
  const Result<std::optional<access::RepeatableRequest>> request = access::read_repeatable(context.request);
  if (!request) co_return fail(request.error());
  Result<std::vector<std::int64_t>> listed = co_await list_waiting(context, *request, *states);
  if (!listed) co_return fail(std::move(listed.error()));
  std::vector<std::int64_t> waiting = std::move(*listed);
  const bool more = waiting.size() > limits::kInvitationsAtOnce;
  if (more) waiting.pop_back();

  std::vector<Outcome> outcomes;
  for (std::size_t begin = 0; begin < waiting.size(); begin += kAtOnce) {
    const std::span<const std::int64_t> ids =
        std::span(waiting).subspan(begin, std::min(kAtOnce, waiting.size() - begin));
    Result<std::vector<pg::Query>> queries = resendings(context, ids);
    if (!queries) co_return fail(std::move(queries.error()));
    const Result<access::PartRows> written =
        co_await access::write_part(context, access::part_of(*request, begin + 1), std::move(*queries));
    if (!written) co_return fail(written.error());
    if (written->former)
      add_former(outcomes, ids, *written->former);
    else
      add_outcomes<sql::TryToResendInvitationRow>(outcomes, ids, written->rows);
  }
  co_return http::Response::json(render_resendings(outcomes, more));
}

}  // namespace portal::features::members
