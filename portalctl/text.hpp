// What people type, made uniform.
#pragma once

#include <string>
#include <string_view>

namespace portal::portalctl {

std::string trimmed(std::string_view text);

// ASCII only: for host names, colours and the like.
std::string lower_case(std::string_view text);

}  // namespace portal::portalctl
