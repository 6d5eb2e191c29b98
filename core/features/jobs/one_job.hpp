// What the questions about one job have in common.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"

namespace portal::features::jobs {

// Which job is meant; a parameter besides is refused.
inline Result<std::int64_t> parse_job_id(const edge::MemberContext& context) {
  const std::optional<std::int64_t> job_id = parse_id(context.path[0]);
  if (!job_id) return fail(Error::field("/path/id", "invalid_id"));
  if (Result<void> valid = http::require_no_parameters(context.request.query); !valid) {
    return fail(std::move(valid.error()));
  }
  return *job_id;
}

// kNotFound where the first statement, which is about the job itself, has no row.
inline Result<std::vector<pg::Rows>> require_job(Result<std::vector<pg::Rows>> rows) {
  if (rows && rows->front().empty()) return fail(ErrorCode::kNotFound);
  return rows;
}

}  // namespace portal::features::jobs
