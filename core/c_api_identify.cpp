// The part of the boundary that says who asks (`portal_auth`).
#include <memory>
#include <utility>

#include "auth/own_cookies.hpp"
#include "c_api_parts.hpp"
#include "edge/identify.hpp"
#include "http/navigation.hpp"

namespace {

using portal::ErrorCode;
using portal::access::Permission;
using portal::access::Permissions;
using portal::boundary::guarded;
using portal::boundary::text_of;
using portal::boundary::view;

// Those of the C header come first; every other code stands behind them.
constexpr int kFirstCode = PORTAL_ERROR_CROSS_SITE_REQUEST + 1;

std::uint32_t bit(std::size_t permission) { return std::uint32_t{1} << permission; }

Permissions to_permissions(std::uint32_t bits) {
  Permissions permissions;
  for (std::size_t index = 0; index < portal::access::kPermissionNames.size(); ++index) {
    if (bits & bit(index)) permissions.add(static_cast<Permission>(index));
  }
  return permissions;
}

std::uint32_t to_bits(Permissions permissions) {
  std::uint32_t bits = 0;
  for (std::size_t index = 0; index < portal::access::kPermissionNames.size(); ++index) {
    if (permissions.has(static_cast<Permission>(index))) bits |= bit(index);
  }
  return bits;
}

portal::edge::Question to_question(const portal_request& raw, std::uint32_t needed,
                                   std::vector<portal::http::Header>& headers) {
  return {.request = portal::boundary::to_request(raw, headers),
          .account_name = view(raw.account),
          .cookies = portal::boundary::cookie_mode(raw),
          .needed = to_permissions(needed)};
}

void refuse(ErrorCode code, portal_identity* identity) {
  *identity = {};
  identity->status = portal::properties_of(code).http_status;
  identity->error = portal::boundary::number_of(code);
}

void fill(const portal::edge::Identified& identified, portal_identity* identity) {
  *identity = {};
  identity->cross_site = identified.cross_site;
  identity->account_number = identified.account->id;
  identity->account = text_of(identified.account->slug);
  if (!identified.identity) return;
  const portal::auth::Identity& who = *identified.identity;
  identity->signed_in = 1;
  identity->permission_bits = to_bits(who.member.permissions);
  identity->member_number = who.member.member_id;
  identity->client_id = text_of(who.client_id);
  identity->member_id = text_of(who.member_id);
  identity->membership_id = text_of(who.membership_id);
  identity->email = text_of(who.email);
  identity->permissions = text_of(who.permissions);
}

void fill(const portal::Result<portal::edge::Identified>& result, portal_identity* identity) {
  if (result) {
    fill(*result, identity);
  } else {
    refuse(result.error().code, identity);
  }
}

}  // namespace

struct portal_identification {
  portal_identification(portal_worker* worker, const portal_request& raw, std::uint32_t needed,
                        portal_done_function function, void* done_context)
      : done(function),
        context(done_context),
        identification(portal::boundary::worker_of(worker), to_question(raw, needed, headers),
                       portal::io::Callback::to<&portal_identification::on_done>(this)) {}

  void on_done() noexcept { done(context); }

  portal_done_function done;
  void* context;
  std::vector<portal::http::Header> headers;
  portal::edge::Identification identification;
};

int portal::boundary::number_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kNotSignedIn:
      return PORTAL_ERROR_NOT_SIGNED_IN;
    case ErrorCode::kPermissionRequired:
      return PORTAL_ERROR_PERMISSION_REQUIRED;
    case ErrorCode::kCrossSiteRequest:
      return PORTAL_ERROR_CROSS_SITE_REQUEST;
    default:
      return kFirstCode + std::to_underlying(code);
  }
}

std::optional<ErrorCode> portal::boundary::error_of(int number) noexcept {
  switch (number) {
    case PORTAL_ERROR_NOT_SIGNED_IN:
      return ErrorCode::kNotSignedIn;
    case PORTAL_ERROR_PERMISSION_REQUIRED:
      return ErrorCode::kPermissionRequired;
    case PORTAL_ERROR_CROSS_SITE_REQUEST:
      return ErrorCode::kCrossSiteRequest;
    case PORTAL_ERROR_STORAGE_FULL:
      return ErrorCode::kStorageFull;
    default:
      if (number < kFirstCode || number > kFirstCode + std::to_underlying(ErrorCode::kPrincipalChanged))
        return std::nullopt;
      return static_cast<ErrorCode>(number - kFirstCode);
  }
}

uint32_t portal_permission_bit(portal_text name) noexcept {
  const auto found = std::ranges::find(portal::access::kPermissionNames, view(name));
  if (found == portal::access::kPermissionNames.end()) return 0;
  return bit(static_cast<std::size_t>(found - portal::access::kPermissionNames.begin()));
}

int portal_identify_at_once(portal_worker* worker, const portal_request* request, uint32_t needed,
                            portal_identity* identity) noexcept {
  return guarded(0, nullptr, 0, [&] {
    std::vector<portal::http::Header> headers;
    const auto known =
        portal::edge::identify_at_once(portal::boundary::worker_of(worker), to_question(*request, needed, headers));
    if (!known) return 0;
    fill(*known, identity);
    return 1;
  });
}

portal_identification* portal_identification_start(portal_worker* worker, const portal_request* request,
                                                   uint32_t needed, portal_done_function done, void* context) noexcept {
  return guarded(static_cast<portal_identification*>(nullptr), nullptr, 0, [&] {
    auto identification = std::make_unique<portal_identification>(worker, *request, needed, done, context);
    identification->identification.start();
    return identification.release();
  });
}

void portal_identification_result(const portal_identification* identification, portal_identity* identity) noexcept {
  fill(identification->identification.result(), identity);
}

void portal_identification_destroy(portal_identification* identification) noexcept { delete identification; }

void portal_identity_refused(portal_worker* worker, const portal_request* request, const portal_identity* identity,
                             int error) noexcept {
  const std::optional<ErrorCode> code = portal::boundary::error_of(error);
  if (!code) return;
  portal::edge::record_refusal(
      portal::boundary::worker_of(worker),
      {.account_id = identity->account_number,
       .member_id = identity->signed_in ? std::optional(identity->member_number) : std::nullopt,
       .request_id = view(request->request_id),
       .address = view(request->peer_address)},
      *code);
}

size_t portal_sign_in_address(const portal_request* request, portal_text address, char* buffer, size_t size) noexcept {
  return guarded(std::size_t{0}, nullptr, 0, [&]() -> std::size_t {
    std::vector<portal::http::Header> headers;
    if (!portal::http::is_navigation(portal::boundary::to_request(*request, headers))) return 0;
    const std::string text = portal::http::sign_in_address(view(address));
    if (text.size() <= size) text.copy(buffer, text.size());
    return text.size();
  });
}

size_t portal_cookies_of_others(portal_text value, char* kept) noexcept {
  return portal::auth::remove_own_cookies(view(value), kept);
}
