// An invitation, found by the token of its link.
#pragma once

#include <string>

#include "access/database.hpp"
#include "crypto/digest.hpp"
#include "edge/route.hpp"
#include "pg/rows.hpp"
#include "sql/activation.hpp"

namespace portal::features {

struct Invitation {
  crypto::Digest token_hash;
  pg::Rows rows;  // what `row` points into
  sql::LookUpActivationRow row;
};

// Consumes nothing. kTokenUnknown for whatever is no link of this account; for one that was valid once, the reason why
// it is not any more, and for one that has expired `context.subject` says where it went. Links that are unknown are
// counted by address.
Task<Result<Invitation>> try_link(edge::VisitorContext context, std::string token_text);

// Enough of an address or number for its owner to know it again, and for nobody else: "k•••@example.com", "•••110".
std::string mask_address(std::string_view address);

}  // namespace portal::features
