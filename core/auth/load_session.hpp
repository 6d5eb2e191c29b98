// From the hash of a session to the member who acts in it.
#pragma once

#include "access/database.hpp"
#include "access/principal.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "sql/auth.hpp"

namespace portal::auth {

// For a session that the worker does not know. kNotSignedIn when it is none, or over.
Task<Result<access::Member>> load_member(access::AnonymousDatabase database, access::SessionHash hash);

// kSchemaMismatch when the membership has a permission that this module has never heard of.
Result<access::Member> to_member(std::int64_t account_id, const access::SessionHash& hash,
                                 const sql::LoadSessionRow& row);

}  // namespace portal::auth
