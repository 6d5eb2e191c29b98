// Invitations that another system asks for, with its own ids. An open invitation is left alone, so whoever lost the
// answer sends the same again. A few are a transaction, as where staff invite many.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "edge/services.hpp"
#include "features/members/forms.hpp"
#include "features/members/handlers.hpp"
#include "features/members/new_link.hpp"
#include "http/checks.hpp"
#include "http/query.hpp"
#include "sql/import_invitations.hpp"

namespace portal::features::members {
namespace {

constexpr std::size_t kAtOnce = 25;
constexpr TextLength kExternalId{.maximum = limits::kExternalIdCharacters};

struct Wanted {
  std::string client;
  std::optional<std::string> contact;
  std::string content;  // JSON
};

Result<std::vector<Wanted>> read_wanted(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::vector<Wanted> wanted;
  for (json::ObjectReader& each : body.optional_objects("invitations", limits::kInvitationsAtOnce)) {
    Wanted one{.client = each.text("client", kExternalId),
               .contact = each.optional_text("contact", kExternalId),
               .content = {}};
    json::Writer content;
    content.begin_object().member("once", true);
    copy_person(each, content);
    copy_terms(each, content);
    // What is wrong in it fails the whole.
    [[maybe_unused]] const Result<void> noted = each.finish();
    one.content = content.end_object().take();
    wanted.push_back(std::move(one));
  }
  if (wanted.empty()) body.add_error("invitations", "required");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return wanted;
}

Result<std::vector<pg::Query>> make_segment(const edge::KeyContext& context, std::span<const Wanted> wanted) {
  std::vector<pg::Query> queries;
  for (const Wanted& each : wanted) {
    const Result<NewLink> link = make_link(context.account, context.services.keys);
    if (!link) return fail(link.error());
    const auth::LinkMessage& message = link->message;
    queries.push_back(sql::try_to_invite_by_external_id(context.key.account_id, each.client, each.contact, each.content,
                                                        link->token_hash, message.reference, message.payload.bytes,
                                                        message.payload.key_id));
  }
  return queries;
}

}  // namespace

Task<Result<http::Response>> invite_by_key(edge::KeyContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  if (Result<void> checked = http::require_json_body(context.request); !checked)
    co_return fail(std::move(checked.error()));
  const Result<std::vector<Wanted>> wanted = read_wanted(context.request.body);
  if (!wanted) co_return fail(wanted.error());
  json::Writer writer(64 + wanted->size() * 100);
  writer.begin_object().key("items").begin_array();
  for (std::size_t begin = 0; begin < wanted->size(); begin += kAtOnce) {
    const std::span<const Wanted> some = std::span(*wanted).subspan(begin, std::min(kAtOnce, wanted->size() - begin));
    Result<std::vector<pg::Query>> queries = make_segment(context, some);
    if (!queries) co_return fail(std::move(queries.error()));
    const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(*queries));
    if (!rows) co_return fail(rows.error());
    for (std::size_t index = 0; index < some.size(); ++index) {
      const auto row = sql::TryToInviteByExternalIdRow::decode((*rows)[index][0]);
      writer.begin_object().member("client", some[index].client).member("outcome", row.outcome);
      if (row.membership_id) writer.id_member("member_id", *row.membership_id);
      writer.end_object();
    }
  }
  co_return http::Response::json(writer.end_array().end_object().take());
}

}  // namespace portal::features::members
