// What staff send of members and invitations, checked, as the objects that the statements take.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features::members {

// kInvalidJson, kInvalidField.
Result<std::string> read_member_changes(std::string_view body);

struct NewInvitation {
  std::int64_t client_id;
  std::string content;  // JSON
};
Result<NewInvitation> read_invitation(std::string_view body);

// {"email": ...}, normalised.
Result<std::string> read_address(std::string_view body);

// For operations that take no members: an empty object, or nothing at all.
Result<void> require_no_members(std::string_view body);

// Of an invitation: who the person is, where it is nobody of the client's contacts. Each is optional.
void copy_person(json::ObjectReader& body, json::Writer& content);
// Of invitations, one or many: how, in which language and with which permissions. Each is optional.
void copy_terms(json::ObjectReader& body, json::Writer& content);
// What staff alone say of an invitation: of what the person is told by mail. Optional.
void copy_notifications(json::ObjectReader& body, json::Writer& content);

}  // namespace portal::features::members
