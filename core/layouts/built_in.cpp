#include "layouts/built_in.hpp"

#include <algorithm>

namespace portal::layouts {

std::string_view built_in_layout(std::string_view name) {
  const auto found = std::ranges::find(built_in_layouts(), name, &BuiltInLayout::name);
  return found == built_in_layouts().end() ? std::string_view() : found->text;
}

bool split_subject(std::string_view text, SubjectAndBody& parts) {
  constexpr std::string_view kSubject = "Subject: ";
  const auto end = text.find('\n');
  if (!text.starts_with(kSubject) || end == std::string_view::npos || !text.substr(end).starts_with("\n\n"))
    return false;
  parts = {.subject = text.substr(kSubject.size(), end - kSubject.size()), .body = text.substr(end + 2)};
  return true;
}

}  // namespace portal::layouts
