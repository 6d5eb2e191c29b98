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
// it is not any more.
Task<Result<Invitation>> find_invitation(access::AnonymousDatabase database, std::string token_text);

// The same for what somebody sends: those that are unknown are counted by address.
Task<Result<Invitation>> try_link(edge::VisitorContext context, std::string token_text);

}  // namespace portal::features
