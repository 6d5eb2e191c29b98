// What a page asks of a list of invoices, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/cursor.hpp"

namespace portal::features::invoices {

struct ListQuery {
  std::optional<std::string_view> kind;  // as the statements name it
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
  bool counts = false;                    // members ask for it
  std::optional<std::int64_t> client_id;  // staff do
  std::optional<std::string> text;        // likewise
};

// `query` as it stands in the address. kInvalidField, kUnknownParameter, or kInvalidRequest for what is no query.
Result<ListQuery> parse_member_query(std::string_view query);
Result<ListQuery> parse_staff_query(std::string_view query);

// Where a page ended: at its last invoice.
struct Position {
  Date issued_on;
  std::int64_t invoice_id = 0;
};

// Adds the filters of the list to whose it is: a cursor is good only for both.
crypto::Context with_filters(crypto::Context context, const ListQuery& list);

std::string sign_position(const Position& position, const crypto::Context& context, const crypto::Keyring& keys);
// The place in list.cursor, absent at the beginning. kInvalidCursor.
Result<std::optional<Position>> open_position(const ListQuery& list, const crypto::Context& context,
                                              const crypto::Keyring& keys);

}  // namespace portal::features::invoices
