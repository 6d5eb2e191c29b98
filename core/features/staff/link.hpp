// A link that was sent to staff, found by its token.
#pragma once

#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "edge/route.hpp"
#include "pg/rows.hpp"
#include "sql/staff.hpp"

namespace portal::features {

struct StaffLink {
  crypto::Digest token_hash;
  pg::Rows rows;  // what `row` points into
  sql::LookUpStaffLinkRow row;
};

inline constexpr std::string_view kStaffActivation = "activation";
inline constexpr std::string_view kStaffPasswordReset = "password_reset";

// Consumes nothing. kTokenUnknown for whatever is no link of this account for this purpose, else the reason why it is
// of no use any more. Links that are unknown are counted by address, as those of members are.
Task<Result<StaffLink>> try_staff_link(edge::VisitorContext context, std::string token_text, std::string_view purpose);

}  // namespace portal::features
