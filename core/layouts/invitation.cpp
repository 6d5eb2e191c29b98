#include "layouts/invitation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "json/plain_text.hpp"
#include "layouts/html_rules.hpp"
#include "layouts/plain_text.hpp"
#include "layouts/position.hpp"

namespace portal::layouts {
namespace {

constexpr std::array<std::string_view, 3> kFrameNames = {"company.name", "portal.url", "logo.url"};
constexpr std::string_view kLink = "activation.url";
constexpr std::string_view kExampleToken = "example-of-a-link-that-opens-nothing-at-all";  // as long as a token

constexpr char kC1 = '\xC2';  // with a second byte that says which

enum class Lines : bool { kOne, kSeveral };

Result<void> check_controls(std::string_view text, Lines lines) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    const bool ends_line = letter == '\n' || letter == '\r' || letter == '\t';
    if (ends_line && lines == Lines::kSeveral) continue;
    if (json::has_control(text.substr(at, at + 1 < text.size() && letter == kC1 ? 2 : 1)))
      return refuse_at(text, at, "invalid_text");
  }
  return {};
}

// The place of a placeholder, npos when there is none. Of text that was parsed: so each is closed.
std::size_t find_placeholder(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
    std::string_view inside = text.substr(at + 2, text.find("}}", at) - at - 2);
    while (inside.starts_with(' ')) inside.remove_prefix(1);
    while (inside.ends_with(' ')) inside.remove_suffix(1);
    if (inside == name) return at;
  }
  return std::string_view::npos;
}

Result<Layout> require_link(std::string_view text, Result<Layout> layout) {
  if (layout && find_placeholder(text, kLink) == std::string_view::npos)
    return fail(Error::field("@", "missing_activation_url"));
  return layout;
}

}  // namespace

Result<Layout> parse_invitation_subject(std::string_view text) {
  if (Result<void> valid = check_controls(text, Lines::kOne); !valid) return fail(std::move(valid.error()));
  Result<Layout> layout = Layout::parse(text, Format::kText, kInvitationNames);
  // Subjects are shown on locked screens and stand in logs of mail servers.
  if (layout) {
    if (const std::size_t at = find_placeholder(text, kLink); at != std::string_view::npos)
      return refuse_at(text, at, "misplaced_placeholder");
  }
  return layout;
}

Result<Layout> parse_invitation_html(std::string_view html) {
  if (Result<void> valid = check_controls(html, Lines::kSeveral); !valid) return fail(std::move(valid.error()));
  if (Result<void> valid = check_html(html); !valid) return fail(std::move(valid.error()));
  return require_link(html, Layout::parse(html, Format::kHtml, kInvitationNames));
}

Result<Layout> parse_invitation_sms(std::string_view text) {
  if (Result<void> valid = check_controls(text, Lines::kSeveral); !valid) return fail(std::move(valid.error()));
  return require_link(text, Layout::parse(text, Format::kText, kInvitationNames));
}

InvitationDefault default_invitation(const LayoutSet& layouts, std::string_view language) {
  std::string_view sms = layouts.source(fmt::format("{}/invitation.sms", language)).body;
  while (sms.ends_with('\n')) sms.remove_suffix(1);
  return {.subject = layouts.source(fmt::format("{}/invitation.txt", language)).subject,
          .html = layouts.source(fmt::format("{}/invitation.html", language)).body,
          .sms = sms};
}

std::string describe_time(std::string_view local, std::string_view language, std::string_view zone) {
  constexpr std::array<std::string_view, 12> kEnglish = {"January",   "February", "March",    "April",
                                                         "May",       "June",     "July",     "August",
                                                         "September", "October",  "November", "December"};
  constexpr std::array<std::string_view, 12> kSpanish = {"enero",      "febrero", "marzo",     "abril",
                                                         "mayo",       "junio",   "julio",     "agosto",
                                                         "septiembre", "octubre", "noviembre", "diciembre"};
  if (local.size() != 16) return std::string(local);
  const auto number = [&](std::size_t offset) { return (local[offset] - '0') * 10 + (local[offset + 1] - '0'); };
  const auto month = static_cast<std::size_t>(std::clamp(number(5), 1, 12) - 1);
  return language == "es"
             ? fmt::format("{} de {} de {}, {} ({})", number(8), kSpanish[month], local.substr(0, 4), local.substr(11),
                           zone)
             : fmt::format("{} {} {}, {} ({})", number(8), kEnglish[month], local.substr(0, 4), local.substr(11), zone);
}

InvitationExample::InvitationExample(std::string_view company_name, std::string_view origin,
                                     std::string_view local_expiry, std::string_view zone, std::string_view language)
    : company_name_(company_name),
      client_name_(language == "es" ? "Ejemplo SL" : "Example Ltd"),
      portal_url_(fmt::format("{}/", origin)),
      activation_url_(fmt::format("{}/activate#{}", origin, kExampleToken)),
      expires_(describe_time(local_expiry, language, zone)) {}

InvitationValues InvitationExample::values() const {
  return {.client_name = client_name_,
          .company_name = company_name_,
          .portal_url = portal_url_,
          .activation_url = activation_url_,
          .activation_expires = expires_};
}

Result<InvitationMail> make_invitation_mail(const Layout& subject, const Layout& html, const InvitationValues& values) {
  const std::array<Value, 5> list = values.values();
  Result<std::string> line = subject.render(list);
  if (!line) return fail(std::move(line.error()));
  Result<std::string> body = html.render(list);
  if (!body) return fail(std::move(body.error()));
  std::string text = fmt::format("{}\n{}\n{}\n", to_plain_text(*body), clean_value(values.company_name),
                                 clean_value(values.portal_url));
  return InvitationMail{.subject = std::move(*line), .html = std::move(*body), .text = std::move(text)};
}

Result<InvitationMail> make_default_mail(const LayoutSet& layouts, std::string_view language,
                                         const InvitationValues& values) {
  const std::array<Value, 5> list = values.values();
  const std::string name = fmt::format("{}/invitation.", language);
  Result<std::string> subject = layouts.render_subject(name + "txt", list);
  if (!subject) return fail(std::move(subject.error()));
  Result<std::string> html = layouts.render(name + "html", list);
  if (!html) return fail(std::move(html.error()));
  Result<std::string> text = layouts.render(name + "txt", list);
  if (!text) return fail(std::move(text.error()));
  return InvitationMail{.subject = std::move(*subject), .html = std::move(*html), .text = std::move(*text)};
}

std::string logo_url_of(std::string_view portal_url) { return fmt::format("{}api/v1/portal/logo", portal_url); }

Result<std::string> frame_html(const LayoutSet& layouts, std::string_view html, std::string_view company_name,
                               std::string_view portal_url, bool has_logo) {
  const std::string logo_url = logo_url_of(portal_url);
  const std::array<Value, 3> values = {Value{.name = kFrameNames[0], .text = company_name},
                                       Value{.name = kFrameNames[1], .text = portal_url},
                                       Value{.name = kFrameNames[2], .text = logo_url}};
  const Result<std::string> head = layouts.render(has_logo ? "frame_head_logo.html" : "frame_head.html", values);
  if (!head) return fail(head.error());
  const Result<std::string> foot = layouts.render("frame_foot.html", values);
  if (!foot) return fail(foot.error());
  return fmt::format("{}{}{}", *head, html, *foot);
}

}  // namespace portal::layouts
