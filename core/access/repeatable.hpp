// Requests that may be repeated without happening twice (SECURITY P-once, P-unknown): a client that does not know what
// became of a POST sends it again with the same Idempotency-Key, and is told what became of the first one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "crypto/digest.hpp"
#include "http/request.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"

namespace portal::access {

struct RepeatableRequest {
  crypto::Digest key;
  std::string route;
  crypto::Digest hash;  // of everything that makes it this request
};

// Nothing without the header; an error of it when it is none that we take.
Result<std::optional<RepeatableRequest>> read_repeatable(const http::Request& request);
// The same of a request whose body is a file: its content makes it this request, too.
RepeatableRequest with_content(RepeatableRequest request, crypto::Bytes content_hash);

// What answers the request: statements that read what was made. With an id: that of a former time; without one: what
// the statements before have just made, which is portal.made_id().
using ReadBack = std::function<std::vector<pg::Query>(std::optional<std::int64_t> made_id)>;

// The segment: the key first, which ends it when the key is known; then the work, which calls portal.remember_made(id)
// for what it makes; then that is noted, and read.
std::vector<pg::Query> make_segment(std::int64_t account_id, const std::optional<RepeatableRequest>& request,
                                    std::vector<pg::Query> work, std::vector<pg::Query> read);

// One of several segments of a request, each of which is committed by itself: what was done of it before stays done,
// whatever became of the others.
std::optional<RepeatableRequest> part_of(const std::optional<RepeatableRequest>& request, std::size_t number);

// find_repeatable and list_repeatable_parts.
std::vector<pg::Query> find_parts(std::int64_t account_id, const RepeatableRequest& request);
pg::Query find_former(std::int64_t account_id, const RepeatableRequest& request);
// The id that was made then. kIdempotencyKeyReused when the key came with another request, kConflict when it is gone.
Result<std::optional<std::int64_t>> read_former(const pg::Rows& rows, const RepeatableRequest& request);

// For a StaffContext or MemberContext. Answers the rows of `read` alone, whether it was done now or before. `write`
// carries a segment out: it is called once and answers what the context's database does.
template <class Context, class Write>
Task<Result<std::vector<pg::Rows>>> carry_out_once(Context context, std::optional<RepeatableRequest> request,
                                                   std::vector<pg::Query> work, ReadBack read, Write write) {
  const std::int64_t account_id = context.account.id;
  std::vector<pg::Query> reading = read(std::nullopt);
  const std::size_t wanted = reading.size();
  Result<std::vector<pg::Rows>> rows =
      co_await write(make_segment(account_id, request, std::move(work), std::move(reading)));
  if (rows) {
    rows->erase(rows->begin(), rows->end() - static_cast<std::ptrdiff_t>(wanted));
    co_return rows;
  }
  if (rows.error().code != ErrorCode::kRequestRepeated) co_return rows;

  std::vector<pg::Query> asked;
  asked.push_back(find_former(account_id, *request));
  const Result<std::vector<pg::Rows>> former = co_await context.database.read(std::move(asked));
  if (!former) co_return fail(former.error());
  const Result<std::optional<std::int64_t>> made = read_former(former->front(), *request);
  if (!made) co_return fail(made.error());
  std::vector<pg::Query> again = read(*made);
  if (again.empty()) co_return std::vector<pg::Rows>();
  // Something was made then, or there is nothing to show: without an id it would be read as what was made just now.
  if (!*made) co_return fail(ErrorCode::kConflict);
  co_return co_await context.database.read(std::move(again));
}

template <class Context>
Task<Result<std::vector<pg::Rows>>> write_once(Context context, std::vector<pg::Query> work, ReadBack read) {
  Result<std::optional<RepeatableRequest>> request = read_repeatable(context.request);
  if (!request) co_return fail(std::move(request.error()));
  auto write = [database = context.database](std::vector<pg::Query> segment) mutable {
    return database.write(std::move(segment));
  };
  co_return co_await carry_out_once(context, std::move(*request), std::move(work), std::move(read), std::move(write));
}

// What a segment of several did: its rows, or, where it was done before, what became of its parts then (rows of
// list_repeatable_parts).
struct PartRows {
  std::vector<pg::Rows> rows;
  std::optional<pg::Rows> former;
};

template <class Context>
Task<Result<PartRows>> write_part(Context context, std::optional<RepeatableRequest> part, std::vector<pg::Query> work) {
  const std::int64_t account_id = context.account.id;
  const bool repeatable = part.has_value();
  Result<std::vector<pg::Rows>> rows =
      co_await context.database.write(make_segment(account_id, part, std::move(work), {}));
  if (rows) {
    if (repeatable) {
      rows->erase(rows->begin());
      rows->pop_back();
    }
    co_return PartRows{.rows = std::move(*rows), .former = std::nullopt};
  }
  if (rows.error().code != ErrorCode::kRequestRepeated) co_return fail(std::move(rows.error()));
  Result<std::vector<pg::Rows>> found = co_await context.database.read(find_parts(account_id, *part));
  if (!found) co_return fail(std::move(found.error()));
  if (const auto same = read_former(found->front(), *part); !same) co_return fail(same.error());
  co_return PartRows{.rows = {}, .former = std::move(found->back())};
}

}  // namespace portal::access
