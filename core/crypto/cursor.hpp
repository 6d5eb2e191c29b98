// Cursors of lists: where the last page ended (keyset), signed, so that a client can hand one back but not make one up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/keyring.hpp"

namespace portal::crypto {

// The sort values of the last row, an absent one where the column is NULL.
using Keyset = std::vector<std::optional<std::int64_t>>;

// `context` names the list: route, account, membership, sort and every filter. A cursor opens only in the context it
// was signed in. The payload is signed, not hidden.
std::string sign_cursor(const Keyset& keyset, const Context& context, const Keyring& keys);

// kInvalidCursor for everything that sign_cursor did not make for this context, or that has another number of values
// than `values`.
Result<Keyset> open_cursor(std::string_view cursor, std::size_t values, const Context& context, const Keyring& keys);

}  // namespace portal::crypto
