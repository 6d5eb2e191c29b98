// What a page asks of the list of documents, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/principal.hpp"
#include "base/result.hpp"
#include "crypto/cursor.hpp"

namespace portal::features::documents {

enum class Sort : std::uint8_t { kCreatedAt, kCreatedAtDescending, kName, kNameDescending };

struct ListQuery {
  std::optional<std::string> text;
  Sort sort = Sort::kCreatedAtDescending;
  std::int64_t limit = 20;
  std::optional<std::string> cursor;

  bool by_name() const { return sort == Sort::kName || sort == Sort::kNameDescending; }
};

// `query` as it stands in the address. kInvalidField, kUnknownParameter, or kInvalidRequest for what is no query.
Result<ListQuery> parse_list_query(std::string_view query);

// Where a page ended: its last document, and where the list is sorted by time also that document's, in microseconds
// since 1970.
struct Position {
  std::optional<std::int64_t> created_at;
  std::int64_t document_id = 0;
};

// A cursor is good only for the member, the search and the order that it was made with.
std::string sign_position(const Position& position, const ListQuery& list, const access::Member& member,
                          const crypto::Keyring& keys);
// The place in list.cursor, absent at the beginning. kInvalidCursor.
Result<std::optional<Position>> open_position(const ListQuery& list, const access::Member& member,
                                              const crypto::Keyring& keys);

Error invalid_cursor();

}  // namespace portal::features::documents
