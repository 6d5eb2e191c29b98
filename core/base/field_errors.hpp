// Collects what is wrong with the fields of one request, so that a form learns of all its mistakes at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace portal {

class FieldErrors {
 public:
  // Only the first limits::kFieldErrors are kept. `code` is one of the words that docs/openapi.yaml lists for
  // FieldError.
  void add(std::string pointer, std::string_view code);
  bool empty() const { return errors_.empty(); }

  // The error that stands for all of them.
  Result<void> result(ErrorCode code = ErrorCode::kInvalidField) const;

 private:
  std::vector<FieldError> errors_;
};

// `parent` + "/" + `name`, escaped as RFC 6901 says; a long or broken name (it is the client's) is cut off or left out.
std::string append_pointer(std::string_view parent, std::string_view name);

}  // namespace portal
