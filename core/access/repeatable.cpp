#include "access/repeatable.hpp"

#include <algorithm>
#include <iterator>

#include "base/limits.hpp"
#include "http/method.hpp"
#include "sql/repeatable.hpp"

namespace portal::access {
namespace {

constexpr std::string_view kHeader = "Idempotency-Key";

bool is_visible(char letter) { return letter > ' ' && letter < 0x7f; }

std::string_view view_of(crypto::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

crypto::Digest hash_of(const http::Request& request) {
  crypto::Context context("repeatable request");
  context.add(http::name_of(request.method)).add(request.path).add(request.query).add(request.body);
  return crypto::sha256(context.bytes());
}

}  // namespace

Result<std::optional<RepeatableRequest>> read_repeatable(const http::Request& request) {
  const std::optional<std::string_view> key = request.header(kHeader);
  if (!key) return std::nullopt;
  if (key->empty() || key->size() > limits::kIdempotencyKeyBytes || !std::ranges::all_of(*key, is_visible))
    return fail(Error::field("/header/Idempotency-Key", "invalid_key"));
  std::string route(http::name_of(request.method));
  route.append(" ").append(request.path.substr(0, limits::kRepeatableRouteBytes));
  return RepeatableRequest{.key = crypto::sha256(*key), .route = std::move(route), .hash = hash_of(request)};
}

std::vector<pg::Query> make_segment(std::int64_t account_id, const std::optional<RepeatableRequest>& request,
                                    std::vector<pg::Query> work, std::vector<pg::Query> read) {
  std::vector<pg::Query> segment;
  if (request) segment.push_back(sql::begin_repeatable(account_id, request->key, request->route, request->hash));
  segment.insert(segment.end(), std::make_move_iterator(work.begin()), std::make_move_iterator(work.end()));
  if (request) segment.push_back(sql::end_repeatable(account_id, request->key));
  segment.insert(segment.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
  return segment;
}

RepeatableRequest with_content(RepeatableRequest request, crypto::Bytes content_hash) {
  crypto::Context context("repeatable request with a file");
  context.add(view_of(request.hash)).add(view_of(content_hash));
  request.hash = crypto::sha256(context.bytes());
  return request;
}

std::optional<RepeatableRequest> part_of(const std::optional<RepeatableRequest>& request, std::size_t number) {
  if (!request) return std::nullopt;
  crypto::Context context("part of a repeatable request");
  context.add(view_of(request->key)).add(static_cast<std::int64_t>(number));
  RepeatableRequest part = *request;
  part.key = crypto::sha256(context.bytes());
  return part;
}

std::vector<pg::Query> find_parts(std::int64_t account_id, const RepeatableRequest& request) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::find_repeatable(account_id, request.key));
  queries.push_back(sql::list_repeatable_parts(account_id, request.key));
  return queries;
}

pg::Query find_former(std::int64_t account_id, const RepeatableRequest& request) {
  return sql::find_repeatable(account_id, request.key);
}

Result<std::optional<std::int64_t>> read_former(const pg::Rows& rows, const RepeatableRequest& request) {
  if (rows.empty()) return fail(ErrorCode::kConflict);
  const sql::FindRepeatableRow row = sql::FindRepeatableRow::decode(rows[0]);
  if (!std::ranges::equal(row.request_hash, request.hash)) return fail(ErrorCode::kIdempotencyKeyReused);
  return row.made_id;
}

}  // namespace portal::access
