// The plain text of a mail, made from its HTML.
#pragma once

#include <string>
#include <string_view>

namespace portal::layouts {

// Of HTML that check_html takes: blocks become paragraphs, items of lists begin with "- ", a link says where it leads
// unless its text does. What is not HTML is text.
std::string to_plain_text(std::string_view html);

}  // namespace portal::layouts
