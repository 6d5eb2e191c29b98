// What the ways of staff to a session have in common.
#pragma once

#include "auth/new_password.hpp"
#include "auth/open_staff_session.hpp"
#include "auth/passwords.hpp"
#include "crypto/digest.hpp"
#include "edge/route.hpp"
#include "edge/services.hpp"

namespace portal::features {

// What counts tries of a login: one address may be a member's and staff's, and one must not lock the other out.
inline crypto::Digest name_staff_login(const crypto::Digest& login) {
  crypto::Context context("staff login");
  context.add(crypto::text_of(login));
  return crypto::sha256(context.bytes());
}

inline auth::PasswordPool pool_of(edge::Services& services) {
  return {.offload = services.offload, .loop = services.loop, .keys = services.keys};
}

inline auth::StaffVisit visit_of(const edge::VisitorContext& context) {
  return {.request = context.request,
          .database = context.staff_database,
          .sessions = context.services.staff_sessions,
          .cookies = context.cookies,
          .former = context.staff_session};
}

// Of a row that describes somebody of the staff with name, address and account.
template <class Row>
auth::PasswordOwner owner_of(const Row& row) {
  return {.minimum_length = row.password_minimum_length,
          .account_name = row.account_name,
          .portal_name = row.portal_name.value_or(""),
          .first_name = row.first_name,
          .surname = row.surname,
          .emails = {row.email, ""}};
}

}  // namespace portal::features
