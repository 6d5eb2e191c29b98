// What staff may write in the HTML of a mail: elements, attributes and styles of a list, written so that every reader
// reads them alike. Whatever is not named here is refused: scripts, event handlers and forms, because nobody lists
// them.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace portal::layouts {

// `html` may hold placeholders. Codes, at their places (layouts/position.hpp): tag_not_allowed, attribute_not_allowed,
// style_not_allowed, url_not_allowed, misplaced_placeholder, unclosed_tag, unexpected_end_tag, invalid_markup,
// too_deep.
Result<void> check_html(std::string_view html);

}  // namespace portal::layouts
