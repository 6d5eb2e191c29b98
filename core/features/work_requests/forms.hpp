#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::features::work_requests {

// Each takes a body and answers JSON with the members that were there. kInvalidJson, kInvalidField.
Result<std::string> read_new_request(std::string_view text);

struct Answer {
  std::string_view former_state;
  std::string content;
};
Result<Answer> read_answer(std::string_view text);

// The one thing that a member may change.
Result<void> read_cancellation(std::string_view text);

}  // namespace portal::features::work_requests
