#include "features/api_keys/routes.hpp"

#include <algorithm>
#include <array>

#include "access/repeatable.hpp"
#include "auth/api_key.hpp"
#include "crypto/token.hpp"
#include "http/query.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "sql/activity.hpp"
#include "sql/api_keys.hpp"

namespace portal::features {
namespace {

constexpr TextLength kName{.maximum = 100};

void write_texts(json::Writer& writer, std::string_view name, const std::vector<std::string_view>& texts) {
  writer.key(name).begin_array();
  for (const std::string_view text : texts) writer.value(text);
  writer.end_array();
}

Task<Result<http::Response>> list_api_keys(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_api_keys(context.staff.account_id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  json::Writer writer(1024);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < rows->front().size(); ++index) {
    const auto row = sql::ListApiKeysRow::decode(rows->front()[index]);
    writer.begin_object().id_member("id", row.api_key_id).member("name", row.name);
    write_texts(writer, "scopes", row.scopes);
    writer.member("created_at", row.created_at)
        .member("last_used_at", row.last_used_at)
        .member("created_by", row.created_by)
        .end_object();
  }
  co_return http::Response::json(writer.end_array().key("next_cursor").null().end_object().take());
}

struct NewKey {
  std::string name;
  std::vector<std::string_view> scopes;  // in the order of kScopeNames
};

Result<NewKey> parse_new_key(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  NewKey key{.name = body.text("name", kName), .scopes = {}};
  json::require_one_line(body, "name", key.name);
  const auto scopes = body.optional_choices("scopes", access::kScopes);
  if (!scopes || scopes->empty()) body.add_error("scopes", "required");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  for (const auto& choice : access::kScopes) {
    if (std::ranges::find(*scopes, choice.value) != scopes->end()) key.scopes.push_back(choice.word);
  }
  return key;
}

std::string details_of(const NewKey& key) {
  json::Writer writer(256);
  writer.begin_object().member("name", key.name);
  write_texts(writer, "scopes", key.scopes);
  return writer.end_object().take();
}

// The answer shows the key, this once: whoever asks again with the same Idempotency-Key learns that it was made and not
// what it is, because nobody has kept it.
Task<Result<http::Response>> create_api_key(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<NewKey> key = parse_new_key(context.request.body);
  if (!key) co_return fail(key.error());
  const std::int64_t account_id = context.staff.account_id;
  const crypto::Token token = crypto::Token::generate();
  const crypto::Digest hash = token.hash();
  std::vector<pg::Query> work;
  work.push_back(sql::create_api_key(account_id, key->name, hash, key->scopes));
  work.push_back(sql::record_activity(account_id, "api_key_created", std::nullopt, std::nullopt, "api_key",
                                      std::nullopt, details_of(*key)));
  bool is_former = false;
  const auto read = [account_id, &is_former](std::optional<std::int64_t> key_id) {
    is_former = key_id.has_value();
    return std::vector{sql::get_api_key(account_id, key_id)};
  };
  const Result<std::vector<pg::Rows>> rows = co_await access::write_once(context, std::move(work), read);
  if (!rows) co_return fail(rows.error());
  if (rows->back().empty()) co_return fail(ErrorCode::kConflict);
  const auto row = sql::GetApiKeyRow::decode(rows->back()[0]);
  json::Writer writer(512);
  writer.begin_object().id_member("id", row.api_key_id).member("name", row.name);
  write_texts(writer, "scopes", row.scopes);
  writer.member("created_at", row.created_at).member("last_used_at", row.last_used_at).key("key");
  if (is_former) {
    writer.null();
  } else {
    writer.value(auth::format_api_key(token));
  }
  co_return http::Response::json(writer.end_object().take(), http::Status::kCreated);
}

Task<Result<http::Response>> revoke_api_key(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> id = context.path.id(0);
  if (!id) co_return fail(id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::revoke_api_key(context.staff.account_id, *id));
  queries.push_back(sql::record_activity(context.staff.account_id, "api_key_revoked", std::nullopt, std::nullopt,
                                         "api_key", *id, "{}"));
  Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  co_return http::Response::no_content();
}

constexpr access::StaffRole kOwner = access::StaffRole::kOwner;
constexpr std::array kRoutes = {
    edge::Route::for_staff(http::Method::kGet, "/staff/api-keys", "list_api_keys", kOwner, list_api_keys),
    edge::Route::for_staff(http::Method::kPost, "/staff/api-keys", "create_api_key", kOwner, create_api_key),
    edge::Route::for_staff(http::Method::kDelete, "/staff/api-keys/{api_key_id}", "revoke_api_key", kOwner,
                           revoke_api_key),
};

}  // namespace

std::span<const edge::Route> api_key_routes() { return kRoutes; }

}  // namespace portal::features
