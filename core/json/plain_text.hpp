// Texts that people write or are called by. Lists, tables and the headers of mails show those of one line as they are:
// names of people and things, titles.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/reader.hpp"

namespace portal::json {

// Whether valid text has a control character: C0 (ends of lines and tabs too), U+007F, C1.
bool has_control(std::string_view text) noexcept;
// The same of text that may have several lines and tabs.
bool has_control_in_lines(std::string_view text) noexcept;

// Notes "invalid_text" where has_control, "too_short" where there is something, but nothing other than blanks.
void require_one_line(ObjectReader& body, std::string_view name, std::string_view text);
// Notes "invalid_text" where has_control_in_lines.
void require_lines(ObjectReader& body, std::string_view name, std::string_view text);
// As optional_text and nullable_text give it.
template <class Text>
void require_one_line(ObjectReader& body, std::string_view name, const std::optional<Text>& text) {
  if (text) require_one_line(body, name, *text);
}
template <class Text>
void require_lines(ObjectReader& body, std::string_view name, const std::optional<Text>& text) {
  if (text) require_lines(body, name, *text);
}

std::string_view without_blanks(std::string_view text) noexcept;
// Takes the blanks around it off; notes "too_short" where nothing else was there, and what require_one_line does.
void trim_line(ObjectReader& body, std::string_view name, std::string& text);

}  // namespace portal::json
