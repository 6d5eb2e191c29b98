#include "features/staff_layouts/render.hpp"

#include <array>

#include <fmt/format.h>

#include "json/writer.hpp"
#include "layouts/invitation.hpp"
#include "layouts/sms.hpp"

namespace portal::features::staff_layouts {
namespace {

constexpr std::array<std::string_view, 2> kLanguages = {"en", "es"};

// "substitution.client_name" of the pages' catalogues for "client.name".
std::string label_key_of(std::string_view name) {
  std::string key(name);
  for (char& letter : key) {
    if (letter == '.') letter = '_';
  }
  return "substitution." + key;
}

void write_layout(json::Writer& writer, const Texts& texts, std::string_view language) {
  writer.begin_object().member("language", language);
  writer.key("email").begin_object().member("subject", texts.subject).member("html", texts.html);
  writer.member("is_default", !texts.has_own_email).end_object();
  writer.key("sms").begin_object().member("text", texts.sms).member("is_default", !texts.has_own_sms).end_object();
  writer.end_object();
}

void write_sms(json::Writer& writer, std::string_view text) {
  const layouts::SmsSize size = layouts::measure_sms(text);
  writer.key("sms").begin_object().member("text", text);
  writer.member("encoding", size.encoding == layouts::SmsEncoding::kGsm7 ? "gsm7" : "ucs2");
  writer.member("characters", size.characters).member("segments", size.segments).end_object();
}

Result<layouts::InvitationMail> make_mail(const Texts& texts, const layouts::LayoutSet& defaults,
                                          const layouts::InvitationValues& values, std::string_view language) {
  if (!texts.has_own_email) return layouts::make_default_mail(defaults, language, values);
  const Result<layouts::Layout> subject = layouts::parse_invitation_subject(texts.subject);
  const Result<layouts::Layout> html = layouts::parse_invitation_html(texts.html);
  if (!subject || !html) return fail(ErrorCode::kInternal, "a stored layout is none");
  return layouts::make_invitation_mail(*subject, *html, values);
}

// What the operator wrote goes out as it is, also without the link.
Result<std::string> make_sms(const Texts& texts, const layouts::InvitationValues& values) {
  const Result<layouts::Layout> sms =
      texts.has_own_sms ? layouts::parse_invitation_sms(texts.sms)
                        : layouts::Layout::parse(texts.sms, layouts::Format::kText, layouts::kInvitationNames);
  if (!sms) return fail(ErrorCode::kInternal, "a stored layout is none");
  return sms->render(values.values());
}

}  // namespace

Texts texts_of(const pg::Rows& rows, const layouts::LayoutSet& defaults, std::string_view language) {
  const layouts::InvitationDefault usual = layouts::default_invitation(defaults, language);
  Texts texts{.subject = usual.subject, .html = usual.html, .sms = usual.sms};
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::ListInvitationLayoutsRow::decode(rows[index]);
    if (row.language != language) continue;
    texts.has_own_email = row.email_subject && row.email_html;
    if (texts.has_own_email) texts.subject = *row.email_subject;
    if (texts.has_own_email) texts.html = *row.email_html;
    texts.has_own_sms = row.sms_text.has_value();
    if (texts.has_own_sms) texts.sms = *row.sms_text;
  }
  return texts;
}

std::string render_layouts(const pg::Rows& rows, const layouts::LayoutSet& defaults) {
  json::Writer writer(16 * 1024);
  writer.begin_object().key("items").begin_array();
  for (const std::string_view language : kLanguages) write_layout(writer, texts_of(rows, defaults, language), language);
  writer.end_array().key("substitutions").begin_array();
  for (const std::string_view name : layouts::kInvitationNames)
    writer.begin_object().member("name", name).member("label_key", label_key_of(name)).end_object();
  return writer.end_array().end_object().take();
}

Result<std::string> render_preview(const Texts& texts, const layouts::LayoutSet& defaults,
                                   const sql::GetLayoutValuesRow& values, std::string_view origin,
                                   std::string_view language) {
  const layouts::InvitationExample example(values.company_name, origin, values.local_expiry, values.time_zone,
                                           language);
  const Result<layouts::InvitationMail> mail = make_mail(texts, defaults, example.values(), language);
  if (!mail) return fail(mail.error());
  const Result<std::string> document =
      layouts::frame_html(defaults, mail->html, values.company_name, example.values().portal_url, values.has_logo);
  if (!document) return fail(document.error());
  const Result<std::string> text = make_sms(texts, example.values());
  if (!text) return fail(text.error());
  json::Writer writer(16 * 1024);
  writer.begin_object().key("email").begin_object().member("subject", mail->subject);
  writer.member("html", *document).member("text", mail->text).end_object();
  write_sms(writer, *text);
  return writer.end_object().take();
}

}  // namespace portal::features::staff_layouts
