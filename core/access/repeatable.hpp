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

// What answers the request: statements that read what was made. With an id: that of a former time; without one: what
// the statements before have just made, which is portal.made_id().
using ReadBack = std::function<std::vector<pg::Query>(std::optional<std::int64_t> made_id)>;

// The segment: the key first, which ends it when the key is known; then the work, which calls portal.remember_made(id)
// for what it makes; then that is noted, and read.
std::vector<pg::Query> make_segment(std::int64_t account_id, const std::optional<RepeatableRequest>& request,
                                    std::vector<pg::Query> work, std::vector<pg::Query> read);

pg::Query find_former(std::int64_t account_id, const RepeatableRequest& request);
// The id that was made then. kIdempotencyKeyReused when the key came with another request, kConflict when it is gone.
Result<std::optional<std::int64_t>> read_former(const pg::Rows& rows, const RepeatableRequest& request);

// For a StaffContext or MemberContext. Answers the rows of `read` alone, whether it was done now or before.
template <class Context>
Task<Result<std::vector<pg::Rows>>> write_once(Context context, std::vector<pg::Query> work, ReadBack read) {
  const std::int64_t account_id = context.account.id;
  const Result<std::optional<RepeatableRequest>> request = read_repeatable(context.request);
  if (!request) co_return fail(request.error());
  std::vector<pg::Query> reading = read(std::nullopt);
  const std::size_t wanted = reading.size();
  Result<std::vector<pg::Rows>> rows =
      co_await context.database.write(make_segment(account_id, *request, std::move(work), std::move(reading)));
  if (rows) {
    rows->erase(rows->begin(), rows->end() - static_cast<std::ptrdiff_t>(wanted));
    co_return rows;
  }
  if (rows.error().code != ErrorCode::kRequestRepeated) co_return rows;

  std::vector<pg::Query> asked;
  asked.push_back(find_former(account_id, **request));
  const Result<std::vector<pg::Rows>> former = co_await context.database.read(std::move(asked));
  if (!former) co_return fail(former.error());
  const Result<std::optional<std::int64_t>> made = read_former(former->front(), **request);
  if (!made) co_return fail(made.error());
  std::vector<pg::Query> again = read(*made);
  if (again.empty()) co_return std::vector<pg::Rows>();
  // Something was made then, or there is nothing to show: without an id it would be read as what was made just now.
  if (!*made) co_return fail(ErrorCode::kConflict);
  co_return co_await context.database.read(std::move(again));
}

}  // namespace portal::access
