// SQLSTATE to Error.
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <string>

#include "pg/conflict.hpp"
#include "pg/connection.hpp"

namespace portal::pg {
namespace {

constexpr std::string_view kStateIs = "SQLSTATE ";  // how an error's detail begins

struct Mapping {
  std::string_view prefix;
  ErrorCode code;
};

constexpr std::array<std::string_view, 3> kConflicts = {"40001", "40P01", "55P03"};

// The first matching prefix counts. PT... are raised by our own SQL (docs/architecture).
constexpr std::array kMappings = {
    Mapping{"PT401", ErrorCode::kNotSignedIn},
    Mapping{"PT409", ErrorCode::kPrincipalChanged},
    Mapping{"PT403", ErrorCode::kPermissionRequired},
    Mapping{"PT404", ErrorCode::kNotFound},
    Mapping{"PT429", ErrorCode::kTooManyRequests},
    Mapping{"PT412", ErrorCode::kConflict},
    Mapping{"PT400", ErrorCode::kInvalidField},
    Mapping{"PT450", ErrorCode::kImported},
    Mapping{"PT451", ErrorCode::kInUse},
    Mapping{"PT452", ErrorCode::kAlreadyMember},
    Mapping{"PT453", ErrorCode::kNoAddress},
    Mapping{"PT454", ErrorCode::kNoPortal},
    Mapping{"PT455", ErrorCode::kLastOwner},
    Mapping{"PT456", ErrorCode::kRequestRepeated},
    Mapping{"PT503", ErrorCode::kOverloaded},
    Mapping{"PT507", ErrorCode::kQuotaExceeded},
    Mapping{"23505", ErrorCode::kConflict},
    Mapping{"57014", ErrorCode::kDeadlineExceeded},
    Mapping{"55P03", ErrorCode::kOverloaded},
    Mapping{"40", ErrorCode::kOverloaded},
    Mapping{"53", ErrorCode::kDatabaseUnavailable},
    Mapping{"57", ErrorCode::kDatabaseUnavailable},
    Mapping{"08", ErrorCode::kDatabaseUnavailable},
    Mapping{"22021", ErrorCode::kInvalidRequest},
    Mapping{"22P05", ErrorCode::kInvalidRequest},
};

std::string text_of(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value ? value : "";
}

}  // namespace

Error error_of(const pg_result* result) {
  const std::string state = text_of(result, PG_DIAG_SQLSTATE);
  const auto found =
      std::ranges::find_if(kMappings, [&](const Mapping& mapping) { return state.starts_with(mapping.prefix); });
  std::string detail = std::string(kStateIs) + (state.empty() ? "none" : state);
  for (const int code : {PG_DIAG_SOURCE_FUNCTION, PG_DIAG_TABLE_NAME, PG_DIAG_CONSTRAINT_NAME}) {
    if (const std::string text = text_of(result, code); !text.empty()) detail += " " + text;
  }
  // The messages of data exceptions and of violated constraints quote values, which may be a client's.
  if (!state.starts_with("22") && !state.starts_with("23")) {
    std::string message = text_of(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message.empty() && state.empty()) message = PQresultErrorMessage(result);
    std::ranges::replace(message, '\n', ' ');
    detail += ": " + message;
  }
  return Error::of(found == kMappings.end() ? ErrorCode::kInternal : found->code, std::move(detail));
}

bool is_conflict(const Error& error) noexcept {
  std::string_view state = error.log_detail;
  if (!state.starts_with(kStateIs)) return false;
  state.remove_prefix(kStateIs.size());
  return std::ranges::any_of(kConflicts, [&](std::string_view each) { return state.starts_with(each); });
}

}  // namespace portal::pg
