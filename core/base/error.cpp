#include "base/error.hpp"

#include <array>
#include <utility>

namespace portal {
namespace {

struct Row {
  ErrorCode code;
  ErrorProperties properties;
};

using enum ErrorCode;
using enum LogLevel;

constexpr std::array kTable = {
    Row{kInvalidRequest, {400, "invalid_request", "The request is not valid", kInfo}},
    Row{kInvalidJson, {400, "invalid_json", "The body is not valid JSON", kInfo}},
    Row{kInvalidField, {400, "invalid_field", "Some fields are not valid", kInfo}},
    Row{kInvalidCursor, {400, "invalid_cursor", "The cursor is not valid", kInfo}},
    Row{kImportRefused, {400, "import_refused", "Some lines are wrong, and nothing was imported", kInfo}},
    Row{kUnknownParameter, {400, "unknown_parameter", "The operation has no such parameter", kInfo}},
    Row{kNotSignedIn, {401, "not_signed_in", "Sign in first", kInfo}},
    Row{kInvalidCredentials, {401, "invalid_credentials", "Email or password are wrong", kNotice}},
    Row{kInvalidKey, {401, "invalid_key", "The API key is not valid", kNotice}},
    Row{kPermissionRequired, {403, "permission_required", "You have no access to this", kNotice}},
    Row{kCrossSiteRequest, {403, "cross_site_request", "The request came from another site", kNotice}},
    Row{kNotFound, {404, "not_found", "Not found", kInfo}},
    Row{kNoPortal, {404, "no_portal", "There is no portal here", kInfo}},
    Row{kTokenUnknown, {404, "token_unknown", "This link is not known", kNotice}},
    Row{kMethodNotAllowed, {405, "method_not_allowed", "The method is not allowed here", kInfo}},
    Row{kMembershipChanged, {409, "membership_changed", "The session now stands for another client", kInfo}},
    Row{kConflict, {409, "conflict", "Somebody else changed this meanwhile", kInfo}},
    Row{kQuotaExceeded, {409, "quota_exceeded", "The account has no room for another file", kInfo}},
    Row{kLastOwner, {409, "last_owner", "The account needs an owner", kInfo}},
    Row{kImported, {409, "imported", "Another system owns this", kInfo}},
    Row{kInUse, {409, "in_use", "Something else still uses this", kInfo}},
    Row{kAlreadyMember, {409, "already_member", "This person is a member of the client already", kInfo}},
    Row{kNoAddress, {409, "no_address", "There is neither an email address nor a phone number", kInfo}},
    Row{kActivationUsed, {410, "activation_used", "This link has been used", kInfo}},
    Row{kActivationExpired, {410, "activation_expired", "This link has expired", kInfo}},
    Row{kActivationReplaced, {410, "activation_replaced", "A newer link was sent", kInfo}},
    Row{kActivationCancelled, {410, "activation_cancelled", "The invitation was cancelled", kInfo}},
    Row{kLinkUsed, {410, "link_used", "This link has been used", kInfo}},
    Row{kLinkExpired, {410, "link_expired", "This link has expired", kInfo}},
    Row{kLinkReplaced, {410, "link_replaced", "A newer link was sent", kInfo}},
    Row{kPayloadTooLarge, {413, "payload_too_large", "The body is too large", kInfo}},
    Row{kUriTooLong, {414, "uri_too_long", "The address is too long", kInfo}},
    Row{kUnsupportedMediaType, {415, "unsupported_media_type", "The body is of a type that is not taken here", kInfo}},
    Row{kRangeNotSatisfiable, {416, "range_not_satisfiable", "The file has no such part", kInfo}},
    Row{kUnknownHost, {421, "unknown_host", "No portal is served at this address", kInfo}},
    Row{kIdempotencyKeyReused, {422, "idempotency_key_reused", "The key came with another request before", kInfo}},
    Row{kTooManyRequests, {429, "too_many_requests", "Too many requests", kNotice}},
    Row{kHeadersTooLarge, {431, "headers_too_large", "The headers of the request are too large", kInfo}},
    Row{kInternal, {500, "internal_error", "Something went wrong on our side", kError}},
    Row{kNotImplemented, {501, "not_implemented", "The request asks for something that is not there", kInfo}},
    Row{kOverloaded, {503, "overloaded", "The portal is busy", kWarning}},
    Row{kDatabaseUnavailable, {503, "database_unavailable", "The portal is temporarily unavailable", kError}},
    Row{kOutcomeUnknown, {503, "outcome_unknown", "It is not known whether the change was made", kError}},
    Row{kDeadlineExceeded, {503, "deadline_exceeded", "The answer took too long", kError}},
    Row{kSchemaMismatch, {503, "schema_mismatch", "The portal is being upgraded", kCritical}},
    Row{kStorageUnavailable, {503, "storage_unavailable", "The file cannot be read at the moment", kError}},
    Row{kStorageFull, {503, "storage_full", "There is no room for the file at the moment", kError}},
    Row{kCacheUnavailable, {503, "overloaded", "The portal is busy", kInfo}},
    Row{kRequestRepeated, {503, "overloaded", "The portal is busy", kInfo}},
    Row{kPrincipalChanged, {503, "overloaded", "The portal is busy", kInfo}},
};

consteval bool table_is_in_order() {
  for (std::size_t index = 0; index < kTable.size(); ++index) {
    if (std::to_underlying(kTable[index].code) != index) return false;
  }
  return kTable.size() == std::to_underlying(kPrincipalChanged) + 1U;
}
static_assert(table_is_in_order(), "every ErrorCode has its row, in the order of the enumeration");

}  // namespace

const ErrorProperties& properties_of(ErrorCode code) noexcept { return kTable[std::to_underlying(code)].properties; }

Error Error::of(ErrorCode code, std::string log_detail) {
  Error error{.code = code, .log_detail = std::move(log_detail), .fields = {}};
  // Nobody makes room within a second (SECURITY S1).
  if (properties_of(code).http_status == 503) error.retry_after_seconds = code == ErrorCode::kStorageFull ? 60 : 1;
  return error;
}

Error Error::field(std::string pointer, std::string code) {
  Error error = of(ErrorCode::kInvalidField);
  error.fields.push_back({std::move(pointer), std::move(code)});
  return error;
}

Error Error::query_parameter(std::string_view name, std::string code) {
  return field("/query/" + std::string(name), std::move(code));
}

}  // namespace portal
