#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace portal::features::work_requests {

// Each takes a body and answers JSON with the members that were there. kInvalidJson, kInvalidField.
Result<std::string> read_new_request(std::string_view text);

struct Answer {
  std::string_view former_state;
  std::string content;
};
// The member of the body by which a job is named, and how long its value may be.
struct JobMember {
  std::string_view name;
  std::size_t characters;
};
inline constexpr JobMember kJobByNumber{.name = "job_number", .characters = 50};
inline constexpr JobMember kJobByExternalId{.name = "job", .characters = limits::kExternalIdCharacters};
Result<Answer> read_answer(std::string_view text, const JobMember& job);

// The one thing that a member may change.
Result<void> read_cancellation(std::string_view text);

}  // namespace portal::features::work_requests
