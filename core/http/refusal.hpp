// What is answered where nginx itself refuses, before or without the core: the API's problem for programs, a small page
// for people. Needs no database, no account and no worker.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/response.hpp"

namespace portal::http {

enum class Language : std::uint8_t { kEnglish, kSpanish };

// By the header Accept-Language (RFC 9110, 12.5.4); English when neither is preferred.
Language choose_language(std::string_view accept_language) noexcept;

// Whether somebody who accepts this, at this path (empty: not known), is answered with a problem and not with a page.
bool wants_problem(std::string_view path, std::string_view accept) noexcept;

// Whether a page is what somebody who accepts this wants before everything else; nobody who accepts just anything.
bool prefers_html(std::string_view accept) noexcept;

// The code of the error table that tells a status best; the problem repeats the status itself.
ErrorCode code_of_status(int status) noexcept;

// `code`: what was wrong, where more is known than the status.
std::string render_refused_problem(int status, std::string_view request_id, std::optional<ErrorCode> code = {});
// Without anything of the request but its id, which is shown for support when it is hexadecimal.
std::string render_refused_page(int status, Language language, std::string_view request_id);

}  // namespace portal::http
