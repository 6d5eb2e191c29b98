// Everything that can fail in operation fails with an Error. Its code is closed: one table (error.cpp) says for each
// code the HTTP status, the stable code of the API's problem document, its title and how loudly it is logged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portal {

enum class ErrorCode : std::uint8_t {
  kInvalidRequest,        // 400
  kInvalidJson,           // 400
  kInvalidField,          // 400, `errors` say which
  kInvalidCursor,         // 400
  kImportRefused,         // 400, lines of an import are wrong, and nothing was done
  kUnknownParameter,      // 400, a query parameter that the operation does not have
  kNotSignedIn,           // 401
  kInvalidCredentials,    // 401
  kInvalidKey,            // 401, no API key or one that is not valid
  kPermissionRequired,    // 403
  kCrossSiteRequest,      // 403
  kNotFound,              // 404, also for what belongs to somebody else
  kNoPortal,              // 404, the account has not created its portal
  kTokenUnknown,          // 404
  kMethodNotAllowed,      // 405
  kMembershipChanged,     // 409, the page shows another client than the session's
  kConflict,              // 409
  kQuotaExceeded,         // 409, the account has as many bytes of files as it may have
  kLastOwner,             // 409, an account keeps one owner
  kImported,              // 409, another system owns it
  kInUse,                 // 409, something else points to it
  kAlreadyMember,         // 409
  kNoAddress,             // 409, neither an email address nor a telephone number to invite with
  kActivationUsed,        // 410
  kActivationExpired,     // 410
  kActivationReplaced,    // 410
  kActivationCancelled,   // 410
  kLinkUsed,              // 410, a link of a password reset or of a changed address
  kLinkExpired,           // 410
  kLinkReplaced,          // 410
  kPayloadTooLarge,       // 413
  kUriTooLong,            // 414
  kUnsupportedMediaType,  // 415
  kRangeNotSatisfiable,   // 416
  kUnknownHost,           // 421
  kIdempotencyKeyReused,  // 422, the key came with another request before
  kTooManyRequests,       // 429
  kHeadersTooLarge,       // 431
  kInternal,              // 500
  kNotImplemented,        // 501
  kOverloaded,            // 503, refused before any work was done
  kDatabaseUnavailable,   // 503
  kOutcomeUnknown,        // 503, the connection was lost while a change was being committed
  kDeadlineExceeded,      // 503
  kSchemaMismatch,        // 503, the module is too old for the schema
  kStorageUnavailable,    // 503, the bytes of a file cannot be read or written
  kStorageFull,           // 503, there is no room for the bytes of a file
  kCacheUnavailable,      // internal: Redis gave no answer; whoever asked does without
  kRequestRepeated,       // internal: the key of this request is known; what was made then is read
  kPrincipalChanged,  // internal: `enter` found other permissions than the worker remembered; reload and decide again
};

// One thing wrong with the input. `pointer` is a JSON pointer into the body ("/email") or "/query/<name>"; `code` is a
// stable word.
struct FieldError {
  std::string pointer;
  std::string code;
};

struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string log_detail;                 // for the log only; never sent to a client
  std::vector<FieldError> fields;         // sent to the client
  std::uint32_t retry_after_seconds = 0;  // 0: no Retry-After
  bool reported = false;                  // its cause has a line in the log already

  static Error of(ErrorCode code, std::string log_detail = {});
  static Error field(std::string pointer, std::string code);
  static Error query_parameter(std::string_view name, std::string code);
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kNotice, kWarning, kError, kCritical };

struct ErrorProperties {
  std::uint16_t http_status;
  std::string_view problem_code;  // the API's `code`
  std::string_view title;         // the API's `title`, English, without detail
  LogLevel log_level;
};

const ErrorProperties& properties_of(ErrorCode code) noexcept;

}  // namespace portal
