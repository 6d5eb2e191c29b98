#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "access/permission.hpp"
#include "features/jobs/summary.hpp"

namespace portal::features::jobs {

using Counts = std::array<std::int64_t, kStates.size()>;  // by State

// Cancelled jobs are seen with either permission.
bool may_see(State state, access::Permissions permissions) noexcept;

// The schema JobList of docs/openapi.yaml. Of the counts only those of states that the permissions cover.
std::string render_list(std::span<const Summary> jobs, const std::optional<std::string>& next_cursor,
                        const std::optional<Counts>& counts, access::Permissions permissions);

}  // namespace portal::features::jobs
