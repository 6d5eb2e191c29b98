// What a page asks of the list of jobs: filters, order, place and size, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/principal.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/cursor.hpp"
#include "features/jobs/words.hpp"

namespace portal::features::jobs {

enum class Sort : std::uint8_t { kScheduledAt, kScheduledAtDescending, kNumber, kNumberDescending };
std::string_view word_of(Sort sort) noexcept;

struct ListQuery {
  std::optional<State> state;
  std::optional<Assignment> assignment;
  std::optional<std::int64_t> site_id;
  std::optional<Date> from;  // days in the account's zone, both included
  std::optional<Date> to;
  std::optional<std::string> text;
  Sort sort = Sort::kScheduledAt;
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
  bool counts = false;
};

// `query` as it stands in the address. kInvalidField, kUnknownParameter, or kInvalidRequest for what is no query.
Result<ListQuery> parse_list_query(std::string_view query);

// Where a page ended: the sort value of its last job, absent when it has none, and the job's id, which decides between
// equals.
struct Position {
  std::optional<std::int64_t> value;  // microseconds since 1970, or the number
  std::int64_t job_id = 0;
};

// A cursor is good only for the member, the filters and the order that it was made with.
std::string sign_position(const Position& position, const ListQuery& list, const access::Member& member,
                          const crypto::Keyring& keys);
// The place in list.cursor, absent at the beginning. kInvalidCursor.
Result<std::optional<Position>> open_position(const ListQuery& list, const access::Member& member,
                                              const crypto::Keyring& keys);

}  // namespace portal::features::jobs
