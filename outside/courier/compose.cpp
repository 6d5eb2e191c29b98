#include "courier/compose.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "auth/link_message.hpp"
#include "courier/news.hpp"
#include "crypto/sealed.hpp"
#include "crypto/token.hpp"
#include "json/reader.hpp"
#include "layouts/invitation.hpp"

namespace portal::outside {
namespace {

constexpr std::string_view kInvitationTest = "invitation_test";
constexpr std::string_view kRequestAnswered = "work_request_answered";
constexpr std::string_view kQuoteDecided = "quote_decided";
constexpr std::array<std::string_view, 5> kLinkPaths = {"/activate#", "/password#", "/confirm#", "/console/activate#",
                                                        "/console/password#"};

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

// The texts that values point into.
struct Substitutions {
  std::string portal_url;
  crypto::SecretString link_url;
  std::string expires;
  std::string client_name;
  std::string company_name;
  std::string logo_url;
  std::string request_number = {};
  std::string request_subject = {};
  std::string request_state = {};
  std::string request_url = {};
  std::string reply = {};
  std::string quote_number = {};
  std::string quote_name = {};
  std::string quote_decision = {};
  std::string quote_decided_by = {};
  std::string quote_url = {};
  std::string reason = {};
  std::string account_url = {};
  std::vector<NewsSection> news = {};
  std::string news_lines = {};

  layouts::InvitationValues of_invitation() const {
    return {.client_name = client_name,
            .company_name = company_name,
            .portal_url = portal_url,
            .activation_url = link_url.view(),
            .activation_expires = expires};
  }
  std::array<layouts::Value, 21> values() const {
    return {layouts::Value{"client.name", client_name},
            {"logo.url", logo_url},
            {"company.name", company_name},
            {"portal.url", portal_url},
            {"activation.url", link_url.view()},
            {"activation.expires", expires},
            {"link.url", link_url.view()},
            {"link.expires", expires},
            {"request.number", request_number},
            {"request.subject", request_subject},
            {"request.state", request_state},
            {"request.url", request_url},
            {"reply.lines", reply},
            {"quote.number", quote_number},
            {"quote.name", quote_name},
            {"quote.decision", quote_decision},
            {"quote.decided_by", quote_decided_by},
            {"quote.url", quote_url},
            {"reason.lines", reason},
            {"account.url", account_url},
            {"news.lines", news_lines}};
  }
};

bool is_about_request(const Message& message) { return message.kind.starts_with("work_request"); }

struct Words {
  std::string_view word, english, spanish;
};

// What members read of a state, as in their pages.
constexpr std::array<Words, 6> kStates = {{{"submitted", "Sent", "Enviada"},
                                           {"acknowledged", "Seen", "Vista"},
                                           {"scheduled", "Planned", "Planificada"},
                                           {"completed", "Done", "Hecha"},
                                           {"declined", "Declined", "Rechazada"},
                                           {"cancelled", "Cancelled", "Cancelada"}}};
constexpr std::array<Words, 3> kDecisions = {{{"accepted", "accepted", "aceptado"},
                                              {"declined", "declined", "rechazado"},
                                              {"changes_requested", "changes requested", "cambios pedidos"}}};

std::string_view describe(std::span<const Words> all, std::string_view word, std::string_view language) {
  const auto words = std::ranges::find(all, word, &Words::word);
  if (words == all.end()) return word;
  return language == "es" ? words->spanish : words->english;
}

void tell_of_request(Substitutions& result, const Message& message, const MessageContext& context,
                     std::string_view origin) {
  if (!context.request || !message.work_request_id) return;
  const WorkRequest& request = *context.request;
  result.request_number = std::to_string(request.number);
  result.request_subject = request.subject;
  result.request_state = describe(kStates, request.state, message.language);
  result.request_url =
      fmt::format("{}{}/requests/{}", origin, message.staff_id ? "/console" : "", *message.work_request_id);
  result.reply = request.reply;
}

void tell_of_decision(Substitutions& result, const Message& message, const MessageContext& context,
                      std::string_view origin) {
  if (!context.decision || !message.quote_id) return;
  const QuoteDecision& decision = *context.decision;
  result.client_name = decision.client_name;
  result.quote_number = decision.number;
  result.quote_name = decision.title.empty() ? decision.number : fmt::format("{} {}", decision.number, decision.title);
  result.quote_decision = describe(kDecisions, decision.decision, message.language);
  result.quote_decided_by = decision.decided_by.empty() ? decision.client_name : decision.decided_by;
  result.quote_url = fmt::format("{}/console/quotes/{}", origin, *message.quote_id);
  result.reason = decision.reason;
}

void tell_news(Substitutions& result, const Message& message, const MessageContext& context, std::string_view origin) {
  result.account_url = fmt::format("{}/account", origin);
  result.news = describe_news(context.news, origin, message.language);
  result.news_lines = write_lines(result.news);
}

Result<Substitutions> substitute(const Message& message, const MessageContext& context, const Link& link) {
  if (context.origins.empty()) return refuse("the account has no host, so a link would lead nowhere");
  const bool is_known = std::ranges::find(context.origins, link.origin) != context.origins.end();
  const std::string& origin = is_known ? link.origin : context.origins.front();
  Substitutions result{.portal_url = origin + "/",
                       .link_url = {},
                       .expires = layouts::describe_time(context.local_expiry, message.language, context.time_zone),
                       .client_name = context.client_name,
                       .company_name = context.account_name,
                       .logo_url = layouts::logo_url_of(origin + "/")};
  if (message.kind == kInvitationTest) {
    const layouts::InvitationExample example(context.account_name, origin, context.local_expiry, context.time_zone,
                                             message.language);
    result.client_name = example.values().client_name;
    result.link_url = crypto::SecretString(example.values().activation_url);
  }
  if (!link.path.empty()) result.link_url = crypto::join(crypto::SecretString(origin), link.path);
  tell_of_request(result, message, context, origin);
  tell_of_decision(result, message, context, origin);
  tell_news(result, message, context, origin);
  return result;
}

std::string_view layout_kind(const Message& message, const MessageContext& context) {
  if (message.kind == kInvitationTest) return "invitation";
  // Without a reply there is nothing to quote.
  if (message.kind == kRequestAnswered && context.request && context.request->reply.empty())
    return "work_request_changed";
  if (message.kind == kQuoteDecided && context.decision && !context.decision->reason.empty())
    return "quote_decided_why";
  return message.kind;
}

std::string layout_name(const Message& message, const MessageContext& context, std::string_view extension) {
  const std::string_view kind = layout_kind(message, context);
  return fmt::format("{}/{}.{}", message.language, kind, extension);
}

bool is_invitation(const Message& message) { return message.kind == "invitation" || message.kind == kInvitationTest; }

struct Content {
  std::string subject;
  std::string text;
  std::string html;  // inside the frame
};

// What the account wrote was checked when it was saved. Should it be refused by a courier of another version all the
// same, then the invitation that comes with the portal goes out instead of none.
std::optional<Content> make_own_invitation(const Message& message, const MessageContext& context,
                                           const Substitutions& substitutions) {
  if (!is_invitation(message) || context.own_subject.empty()) return std::nullopt;
  const Result<layouts::Layout> subject = layouts::parse_invitation_subject(context.own_subject);
  const Result<layouts::Layout> html = layouts::parse_invitation_html(context.own_html);
  if (!subject || !html) return std::nullopt;
  Result<layouts::InvitationMail> mail = layouts::make_invitation_mail(*subject, *html, substitutions.of_invitation());
  if (!mail) return std::nullopt;
  return Content{.subject = std::move(mail->subject), .text = std::move(mail->text), .html = std::move(mail->html)};
}

// A list of what is new has as many lines as there are, each with a link of its own, so it is made of small layouts.
Result<std::string> render_news(const Message& message, const Substitutions& substitutions,
                                const layouts::LayoutSet& layouts) {
  std::string html;
  for (const NewsSection& section : substitutions.news) {
    const std::array<layouts::Value, 1> title = {layouts::Value{.name = "list.title", .text = section.title}};
    Result<std::string> part = layouts.render("news_title.html", title);
    if (!part) return part;
    html += *part;
    for (const NewsLine& line : section.lines) {
      const std::array<layouts::Value, 2> values = {layouts::Value{.name = "line.text", .text = line.text},
                                                    layouts::Value{.name = "line.url", .text = line.url}};
      part = layouts.render(line.url.empty() ? "news_line.html" : "news_line_linked.html", values);
      if (!part) return part;
      html += *part;
    }
  }
  Result<std::string> end = layouts.render(message.language + "/news_end.html", substitutions.values());
  if (!end) return end;
  return html + *end;
}

Result<Content> make_content(const Message& message, const MessageContext& context, const Substitutions& substitutions,
                             const layouts::LayoutSet& layouts) {
  if (std::optional<Content> own = make_own_invitation(message, context, substitutions)) return std::move(*own);
  const auto values = substitutions.values();
  Result<std::string> subject = layouts.render_subject(layout_name(message, context, "txt"), values);
  Result<std::string> text = layouts.render(layout_name(message, context, "txt"), values);
  Result<std::string> html = layouts.render(layout_name(message, context, "html"), values);
  for (const auto* part : std::initializer_list<const Result<std::string>*>{&subject, &text, &html}) {
    if (!part->has_value()) return fail(part->error());
  }
  if (message.kind == kNewsKind) {
    const Result<std::string> news = render_news(message, substitutions, layouts);
    if (!news) return fail(news.error());
    *html += *news;
  }
  return Content{.subject = std::move(*subject), .text = std::move(*text), .html = std::move(*html)};
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
  if (message.staff_id && (context.staff_state.empty() || context.staff_state == "removed"))
    return "the person does not belong to the staff any more";
  if (is_about_request(message)) return context.request ? "" : "the request that it tells of is gone";
  if (message.kind == kQuoteDecided) return context.decision ? "" : "the decision that it tells of is gone";
  constexpr std::array<std::string_view, 6> kNotices = {"password_changed", "email_changed", "staff_password_changed",
                                                        kInvitationTest,    "mail_test",     kNewsKind};
  const bool has_link = std::ranges::find(kNotices, message.kind) == kNotices.end();
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
                          const layouts::LayoutSet& layouts) {
  const Result<Substitutions> substitutions = substitute(message, context, link);
  if (!substitutions) return fail(substitutions.error());
  const auto values = substitutions->values();
  Result<Content> content = make_content(message, context, *substitutions, layouts);
  if (!content) return fail(std::move(content.error()));
  const Result<std::string> head =
      layouts.render(context.has_logo ? "frame_head_logo.html" : "frame_head.html", values);
  const Result<std::string> foot = layouts.render("frame_foot.html", values);
  if (!head) return fail(head.error());
  if (!foot) return fail(foot.error());
  return Mail{.from_name = layouts::clean_value(sender.name),
              .from_address = sender.address,
              .to = message.recipient,
              .reply_to = sender.reply_to,
              .subject = std::move(content->subject),
              .message_id = message_id_of(message, link.origin),
              .date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
              .text = std::move(content->text),
              .html = *head + content->html + *foot};
}

Result<Sms> compose_sms(const Message& message, const MessageContext& context, const Link& link,
                        const layouts::LayoutSet& layouts) {
  const Result<Substitutions> substitutions = substitute(message, context, link);
  if (!substitutions) return fail(substitutions.error());
  std::optional<Result<std::string>> own;
  if (is_invitation(message) && !context.own_sms.empty()) {
    const Result<layouts::Layout> layout = layouts::parse_invitation_sms(context.own_sms);
    if (layout) own = layout->render(substitutions->values());
  }
  Result<std::string> text =
      own ? std::move(*own) : layouts.render(layout_name(message, context, "sms"), substitutions->values());
  if (!text) return fail(text.error());
  while (text->ends_with('\n')) text->pop_back();
  return Sms{.to = message.recipient, .text = std::move(*text), .id = idempotency_key_of(message)};
}

}  // namespace portal::outside
