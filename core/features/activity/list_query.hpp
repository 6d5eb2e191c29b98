// What the console asks of the activity, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/cursor.hpp"

namespace portal::features::activity {

struct ListQuery {
  std::optional<std::string> actor_kind;
  std::optional<std::int64_t> actor_id;  // with a kind alone
  std::optional<std::string> action;
  std::optional<std::int64_t> client_id;
  std::optional<Date> from;
  std::optional<Date> until;
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
};

// `actor` is a kind ("staff") or one of it ("staff:12").
Result<ListQuery> parse_list_query(std::string_view query);

// A cursor is good only in the account and for the filters that it was made with.
std::string sign_position(std::int64_t activity_id, const ListQuery& list, std::int64_t account_id,
                          const crypto::Keyring& keys);
// Absent at the beginning. kInvalidCursor.
Result<std::optional<std::int64_t>> open_position(const ListQuery& list, std::int64_t account_id,
                                                  const crypto::Keyring& keys);

}  // namespace portal::features::activity
