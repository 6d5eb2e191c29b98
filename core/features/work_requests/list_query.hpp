// What a page asks of a list of requests, checked: the member's and the one of staff.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/cursor.hpp"
#include "pg/statement.hpp"

namespace portal::features::work_requests {

struct ListQuery {
  std::string_view state;                    // as it was asked for; empty: all
  std::span<const std::string_view> states;  // for which it stands
  std::optional<std::int64_t> client_id = std::nullopt;
  std::optional<std::string> text = std::nullopt;
  bool counts = false;
  std::int64_t limit = 20;
  std::optional<std::string> cursor = std::nullopt;
};

// kInvalidField, kUnknownParameter, or kInvalidRequest for what is no query.
Result<ListQuery> parse_list_query(std::string_view query);
Result<ListQuery> parse_staff_list_query(std::string_view query);

// Where a page ended; the beginning is before everything.
struct Position {
  std::optional<pg::Timestamp> created_at;
  std::int64_t work_request_id = std::numeric_limits<std::int64_t>::max();
};

// A cursor is good only for whom it was made, and for the same list; `context` says for whom.
std::string sign_position(const Position& position, const ListQuery& list, crypto::Context context,
                          const crypto::Keyring& keys);
// The place in list.cursor. kInvalidCursor.
Result<Position> open_position(const ListQuery& list, crypto::Context context, const crypto::Keyring& keys);

}  // namespace portal::features::work_requests
