#include "http/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/request.hpp"
#include "json/writer.hpp"

namespace portal::http {
namespace {

struct Words {
  std::string_view title;
  std::string_view advice;
};

struct Entry {
  int status;
  Words english;
  Words spanish;
};

constexpr Words kTryAgainEnglish{"The portal is temporarily unavailable", "Please try again in a moment."};
constexpr Words kTryAgainSpanish{"El portal no está disponible en este momento",
                                 "Vuelva a intentarlo dentro de un momento."};

// The first entry of a class of statuses (400, 500) is what every other status of it says.
constexpr std::array kEntries = {
    Entry{
        400,
        {"The request could not be read", "Go back and try again. If it keeps happening, delete this site's cookies."},
        {"No se ha podido leer la solicitud",
         "Vuelva atrás e inténtelo de nuevo. Si sigue ocurriendo, borre las cookies de este sitio."}},
    Entry{401,
          {"Please sign in", "This can be seen by people who are signed in to this portal."},
          {"Inicie sesión", "Esto lo pueden ver las personas que han iniciado sesión en este portal."}},
    Entry{403,
          {"You have no access to this", "If you think you should have, ask the business that runs this portal."},
          {"No tiene acceso a esta página", "Si cree que debería tenerlo, pregunte a la empresa de este portal."}},
    Entry{404,
          {"This page does not exist", "The address may be mistyped, or the page has moved."},
          {"Esta página no existe", "La dirección puede estar mal escrita, o la página se ha movido."}},
    Entry{405,
          {"This cannot be done here", "Go back and try again."},
          {"Esto no se puede hacer aquí", "Vuelva atrás e inténtelo de nuevo."}},
    Entry{413,
          {"What you sent is too large", "Go back and send less at once."},
          {"Lo que ha enviado es demasiado grande", "Vuelva atrás y envíe menos de una vez."}},
    Entry{414,
          {"The address is too long", "Go back and try again with less."},
          {"La dirección es demasiado larga", "Vuelva atrás e inténtelo con menos."}},
    Entry{421,
          {"There is no portal at this address", "Check the address that you were given."},
          {"No hay ningún portal en esta dirección", "Compruebe la dirección que le dieron."}},
    Entry{429,
          {"Too many requests", "Please wait a moment and try again."},
          {"Demasiadas solicitudes", "Espere un momento y vuelva a intentarlo."}},
    Entry{500,
          {"Something went wrong on our side", "Please try again in a moment."},
          {"Algo ha fallado por nuestra parte", "Vuelva a intentarlo dentro de un momento."}},
    Entry{502, kTryAgainEnglish, kTryAgainSpanish},
    Entry{503, kTryAgainEnglish, kTryAgainSpanish},
    Entry{504, kTryAgainEnglish, kTryAgainSpanish},
};

const Words& words_of(int status, Language language) {
  const auto of = [](int wanted) { return std::ranges::find(kEntries, wanted, &Entry::status); };
  auto found = of(status);
  if (found == kEntries.end()) found = of(status < 500 ? 400 : 500);
  return language == Language::kSpanish ? found->spanish : found->english;
}

// In thousandths; what is no weight counts as nothing.
int parse_weight(std::string_view parameter) {
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return 1000;
  parameter.remove_prefix(2);
  if (parameter.starts_with('1')) return 1000;
  if (!parameter.starts_with("0.")) return 0;
  int weight = 0;
  for (std::size_t digit = 2; digit < 5; ++digit) {
    const char character = digit < parameter.size() ? parameter[digit] : '0';
    if (character < '0' || character > '9') return 0;
    weight = weight * 10 + (character - '0');
  }
  return weight;
}

std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim_blanks(taken);
}

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/error.css">
</head>
<body>
<main>
<h1>{title}</h1>
<p>{advice}</p>
<p><a href="/">{home}</a></p>
<p class="reference">{reference}</p>
</main>
</body>
</html>
)";

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
  });
}

}  // namespace

Language choose_language(std::string_view accept_language) noexcept {
  int english = 0;
  int spanish = 0;
  while (!accept_language.empty()) {
    std::string_view entry = take_until(accept_language, ',');
    const std::string_view range = take_until(entry, ';');
    const std::string_view primary = range.substr(0, range.find('-'));
    const int weight = parse_weight(trim_blanks(entry));
    if (equals_ignoring_case(primary, "en")) english = std::max(english, weight);
    if (equals_ignoring_case(primary, "es")) spanish = std::max(spanish, weight);
  }
  return spanish > english ? Language::kSpanish : Language::kEnglish;
}

bool wants_problem(std::string_view path, std::string_view accept) noexcept {
  if (path == "/api" || path.starts_with("/api/")) return true;
  if (accept.contains("text/html")) return false;
  return accept.contains("application/json") || accept.contains("application/problem+json");
}

bool prefers_html(std::string_view accept) noexcept {
  int highest = 0;
  bool html = false;
  while (!accept.empty()) {
    std::string_view entry = take_until(accept, ',');
    const std::string_view range = take_until(entry, ';');
    const std::size_t weight_at = entry.rfind("q=");
    const int weight = weight_at == std::string_view::npos ? 1000 : parse_weight(trim_blanks(entry.substr(weight_at)));
    // Of those that weigh the same, the one that is named first.
    if (weight <= highest) continue;
    highest = weight;
    html = equals_ignoring_case(range, "text/html");
  }
  return html;
}

ErrorCode code_of_status(int status) noexcept {
  using enum ErrorCode;
  switch (status) {
    case 401:
      return kNotSignedIn;
    case 403:
      return kPermissionRequired;
    case 404:
      return kNotFound;
    case 405:
      return kMethodNotAllowed;
    case 413:
      return kPayloadTooLarge;
    case 414:
      return kUriTooLong;
    case 415:
      return kUnsupportedMediaType;
    case 416:
      return kRangeNotSatisfiable;
    case 421:
      return kUnknownHost;
    case 429:
      return kTooManyRequests;
    case 431:
      return kHeadersTooLarge;
    case 501:
      return kNotImplemented;
    case 502:
    case 503:
      return kOverloaded;
    case 504:
      return kDeadlineExceeded;
    default:
      return status < 500 ? kInvalidRequest : kInternal;
  }
}

std::string render_refused_problem(int status, std::string_view request_id, std::optional<ErrorCode> code) {
  return render_problem(Error::of(code.value_or(code_of_status(status))), request_id, status);
}

std::string render_refused_page(int status, Language language, std::string_view request_id) {
  const bool spanish = language == Language::kSpanish;
  const Words& words = words_of(status, language);
  std::string reference = fmt::format("Error {}", status);
  if (!request_id.empty() && is_hexadecimal(request_id))
    reference += fmt::format(" · {} {}", spanish ? "Referencia" : "Reference", request_id);
  return fmt::format(kPage, fmt::arg("language", spanish ? "es" : "en"), fmt::arg("title", words.title),
                     fmt::arg("advice", words.advice),
                     fmt::arg("home", spanish ? "Ir a la página de inicio" : "Go to the start page"),
                     fmt::arg("reference", reference));
}

}  // namespace portal::http
