#include "base/field_errors.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace portal {

void FieldErrors::add(std::string pointer, std::string_view code) {
  if (errors_.size() < limits::kFieldErrors) errors_.push_back({std::move(pointer), std::string(code)});
}

Result<void> FieldErrors::result(ErrorCode code) const {
  if (errors_.empty()) return {};
  Error error = Error::of(code);
  error.fields = errors_;
  return fail(std::move(error));
}

std::string append_pointer(std::string_view parent, std::string_view name) {
  std::string pointer(parent);
  pointer += '/';
  if (!is_valid_text(name)) return pointer;
  for (const char character : truncate_text(name, limits::kReportedNameBytes)) {
    if (character == '~') {
      pointer += "~0";
    } else if (character == '/') {
      pointer += "~1";
    } else {
      pointer += character;
    }
  }
  return pointer;
}

}  // namespace portal
