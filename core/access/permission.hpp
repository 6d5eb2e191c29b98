// What a membership allows (FEATURES.md C3 to C10). Stored as a text array, held as bits.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace portal::access {

enum class Permission : std::uint8_t {
  kViewAssetServices,
  kViewCompletedJobs,
  kViewJobStatus,
  kAcceptQuotes,
  kViewInvoices,
  kCreateWorkRequests,
  kViewDocuments,
};

inline constexpr std::array<std::string_view, 7> kPermissionNames = {
    "view_asset_services", "view_completed_jobs",  "view_job_status", "accept_quotes",
    "view_invoices",       "create_work_requests", "view_documents"};

inline std::string_view name_of(Permission permission) { return kPermissionNames[std::to_underlying(permission)]; }

class Permissions {
 public:
  constexpr Permissions() = default;
  constexpr Permissions(std::initializer_list<Permission> list) {
    for (Permission permission : list) add(permission);
  }

  constexpr void add(Permission permission) { bits_ |= bit(permission); }
  constexpr bool has(Permission permission) const { return (bits_ & bit(permission)) != 0; }
  constexpr bool has_any(Permissions others) const { return (bits_ & others.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const Permissions&) const = default;

  // Nothing when a name is unknown: a module older than the schema must not guess.
  static std::optional<Permissions> from_names(std::span<const std::string_view> names);
  std::vector<std::string_view> names() const;

 private:
  static constexpr std::uint8_t bit(Permission permission) {
    return static_cast<std::uint8_t>(1U << std::to_underlying(permission));
  }
  std::uint8_t bits_ = 0;
};

}  // namespace portal::access
