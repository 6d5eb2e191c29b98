// The layouts that come with the portal: the files of outside/layouts, made by the build.
#pragma once

#include <span>
#include <string_view>

namespace portal::layouts {

struct BuiltInLayout {
  std::string_view name;  // "en/invitation.txt"
  std::string_view text;
};

std::span<const BuiltInLayout> built_in_layouts();

// Empty when there is none of the name.
std::string_view built_in_layout(std::string_view name);

// A text's file begins with `Subject: ...` and an empty line; nothing when it does not.
struct SubjectAndBody {
  std::string_view subject;
  std::string_view body;
};
bool split_subject(std::string_view text, SubjectAndBody& parts);

}  // namespace portal::layouts
