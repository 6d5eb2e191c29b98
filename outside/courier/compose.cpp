#include "courier/compose.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "auth/link_message.hpp"
#include "crypto/sealed.hpp"
#include "crypto/token.hpp"
#include "json/reader.hpp"

namespace portal::outside {
namespace {

constexpr std::array<std::string_view, 3> kLinkPaths = {"/activate#", "/password#", "/confirm#"};

std::unexpected<Error> refuse(std::string why) { return fail(ErrorCode::kInternal, std::move(why)); }

// Where the path begins: after the host. npos for what is no URL of a web page.
std::size_t end_of_origin(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos || !(url.starts_with("https://") || url.starts_with("http://")))
    return std::string_view::npos;
  return std::min(url.find('/', scheme + 3), url.size());
}

std::string_view host_of(std::string_view origin) {
  origin.remove_prefix(std::min(origin.size(), origin.find("://") + 3));
  return origin.substr(0, origin.find(':'));
}

// "2026-12-05 18:00" as people write it.
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

// The texts that values point into.
struct Substitutions {
  std::string portal_url;
  crypto::SecretString link_url;
  std::string expires;
  std::string client_name;
  std::string company_name;

  std::array<layouts::Value, 7> values() const {
    return {layouts::Value{"client.name", client_name},
            {"company.name", company_name},
            {"portal.url", portal_url},
            {"activation.url", link_url.view()},
            {"activation.expires", expires},
            {"link.url", link_url.view()},
            {"link.expires", expires}};
  }
};

Result<Substitutions> substitute(const Message& message, const MessageContext& context, const Link& link) {
  if (context.origins.empty()) return refuse("the account has no host, so a link would lead nowhere");
  const bool is_known = std::ranges::find(context.origins, link.origin) != context.origins.end();
  const std::string& origin = is_known ? link.origin : context.origins.front();
  Substitutions result{.portal_url = origin + "/",
                       .link_url = {},
                       .expires = describe_time(context.local_expiry, message.language, context.time_zone),
                       .client_name = context.client_name,
                       .company_name = context.account_name};
  if (!link.path.empty()) result.link_url = crypto::join(crypto::SecretString(origin), link.path);
  return result;
}

std::string layout_name(const Message& message, std::string_view extension) {
  return fmt::format("{}/{}.{}", message.language, message.kind, extension);
}

}  // namespace

Result<Link> open_payload(const Message& message, const crypto::Keyring& keys) {
  const Result<crypto::SecretString> text = crypto::unseal(
      message.key_id, message.payload, auth::outbox_payload_place(message.key.account_id, message.reference), keys);
  if (!text) return fail(text.error());
  constexpr std::size_t kLongest = 2048;
  Result<json::Document> document = json::parse(text->view());
  if (!document) return refuse("the payload is not what the portal writes");
  json::ObjectReader body = document->object();
  const std::optional<std::string> origin = body.optional_text("origin", {.maximum = kLongest});
  std::optional<std::string> url = body.optional_text("url", {.maximum = kLongest});
  if (!body.finish() || origin.has_value() == url.has_value())
    return refuse("the payload is not what the portal writes");
  if (origin) return Link{.origin = *origin, .path = {}, .token_hash = {}};
  const std::size_t end = end_of_origin(*url);
  if (end == std::string::npos) return refuse("the payload's link is none");
  Link link{.origin = url->substr(0, end),
            .path = crypto::SecretString(std::string_view(*url).substr(end)),
            .token_hash = {}};
  crypto::wipe(url->data(), url->size());
  for (const std::string_view path : kLinkPaths) {
    if (!link.path.view().starts_with(path)) continue;
    if (const auto token = crypto::Token::parse(link.path.view().substr(path.size()))) link.token_hash = token->hash();
  }
  if (!link.token_hash) return refuse("the payload's link leads nowhere in the portal");
  return link;
}

std::string find_obstacle(const Message& message, const MessageContext& context) {
  if (message.member_id && (context.member_state.empty() || context.member_state == "removed"))
    return "the person is no member any more";
  const bool has_link = message.kind != "password_changed" && message.kind != "email_changed";
  if (has_link && !context.link_is_good.value_or(false)) return "the link in it has ended, was used or was replaced";
  return {};
}

std::string message_id_of(const Message& message, std::string_view origin) {
  return fmt::format("{}.{}.{}@{}", message.key.account_id, message.key.outbox_message_id, message.reference,
                     host_of(origin));
}

std::string idempotency_key_of(const Message& message) {
  return fmt::format("{}-{}-{}", message.key.account_id, message.key.outbox_message_id, message.reference);
}

Result<Mail> compose_mail(const Message& message, const MessageContext& context, const Link& link, const Sender& sender,
                          const LayoutSet& layouts) {
  const Result<Substitutions> substitutions = substitute(message, context, link);
  if (!substitutions) return fail(substitutions.error());
  const auto values = substitutions->values();
  Result<std::string> subject = layouts.render_subject(layout_name(message, "txt"), values);
  Result<std::string> text = layouts.render(layout_name(message, "txt"), values);
  const Result<std::string> head = layouts.render("frame_head.html", values);
  const Result<std::string> html = layouts.render(layout_name(message, "html"), values);
  const Result<std::string> foot = layouts.render("frame_foot.html", values);
  for (const auto* part : std::initializer_list<const Result<std::string>*>{&subject, &text, &head, &html, &foot}) {
    if (!part->has_value()) return fail(part->error());
  }
  return Mail{.from_name = layouts::clean_value(sender.name),
              .from_address = sender.address,
              .to = message.recipient,
              .reply_to = sender.reply_to,
              .subject = std::move(*subject),
              .message_id = message_id_of(message, link.origin),
              .date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
              .text = std::move(*text),
              .html = *head + *html + *foot};
}

Result<Sms> compose_sms(const Message& message, const MessageContext& context, const Link& link,
                        const LayoutSet& layouts) {
  const Result<Substitutions> substitutions = substitute(message, context, link);
  if (!substitutions) return fail(substitutions.error());
  Result<std::string> text = layouts.render(layout_name(message, "sms"), substitutions->values());
  if (!text) return fail(text.error());
  while (text->ends_with('\n')) text->pop_back();
  return Sms{.to = message.recipient, .text = std::move(*text), .id = idempotency_key_of(message)};
}

}  // namespace portal::outside
