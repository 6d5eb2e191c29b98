#include "features/members/forms.hpp"

#include <array>
#include <utility>

#include "access/notification.hpp"
#include "access/permission.hpp"
#include "auth/email.hpp"
#include "base/limits.hpp"
#include "base/phone.hpp"
#include "json/plain_text.hpp"

namespace portal::features::members {
namespace {

constexpr std::array kChannels = {Choice<std::string_view>{"email", "email"}, Choice<std::string_view>{"sms", "sms"}};
constexpr std::array kLanguages = {Choice<std::string_view>{"en", "en"}, Choice<std::string_view>{"es", "es"}};
constexpr TextLength kPersonName{.maximum = limits::kPersonNameCharacters};
constexpr TextLength kJobTitle{.maximum = limits::kJobTitleCharacters};

constexpr auto kPermissions = [] {
  std::array<Choice<access::Permission>, access::kPermissionNames.size()> choices{};
  for (std::size_t index = 0; index < choices.size(); ++index)
    choices[index] = {access::kPermissionNames[index], static_cast<access::Permission>(index)};
  return choices;
}();

void copy_permissions(json::ObjectReader& body, json::Writer& content, std::string_view name = "permissions") {
  const auto chosen = body.optional_choices(name, kPermissions);
  if (!chosen) return;
  access::Permissions permissions;
  for (const access::Permission permission : *chosen) permissions.add(permission);
  content.key(name).begin_array();
  for (const std::string_view permission : permissions.names()) content.value(permission);
  content.end_array();
}

void copy_text(json::ObjectReader& body, json::Writer& content, std::string_view name, TextLength length) {
  const auto text = body.optional_text(name, length);
  json::require_one_line(body, name, text);
  if (text) content.member(name, *text);
}

void copy_nullable(json::ObjectReader& body, json::Writer& content, std::string_view name, TextLength length) {
  const auto text = body.nullable_text(name, length);
  json::require_one_line(body, name, text);
  if (text) content.member(name, *text);
}

}  // namespace

Result<std::string> read_member_changes(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  content.begin_object();
  for (const std::string_view name : {"first_name", "surname"}) {
    copy_nullable(body, content, name, kPersonName);
  }
  copy_nullable(body, content, "job_title", kJobTitle);
  if (const auto language = body.nullable_text("language", {.maximum = 2})) {
    if (*language && !find_choice(kLanguages, **language)) body.add_error("language", "invalid_choice");
    content.member("language", *language);
  }
  copy_permissions(body, content);
  copy_permissions(body, content, "former_permissions");
  copy_notifications(body, content);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return content.end_object().take();
}

Result<std::string> read_address(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  const std::string email = body.text("email", {.maximum = limits::kEmailBytes});
  std::optional<std::string> normalised = auth::normalise_email(email);
  if (!normalised && !email.empty()) body.add_error("email", "invalid_email");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return std::move(*normalised);
}

Result<void> require_no_members(std::string_view text) {
  if (text.empty()) return {};
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  return document->object().finish();
}

void copy_terms(json::ObjectReader& body, json::Writer& content) {
  if (const auto channel = body.optional_choice("channel", kChannels)) content.member("channel", *channel);
  if (const auto language = body.optional_choice("language", kLanguages)) content.member("language", *language);
  copy_permissions(body, content);
}

void copy_notifications(json::ObjectReader& body, json::Writer& content) {
  const auto chosen = body.optional_choices("notifications", access::kNotificationChoices);
  if (!chosen) return;
  content.key("notifications").begin_array();
  for (const std::string_view notification : *chosen) content.value(notification);
  content.end_array();
}

void copy_person(json::ObjectReader& body, json::Writer& content) {
  if (const auto email = body.optional_text("email", {.maximum = limits::kEmailBytes})) {
    const std::optional<std::string> normalised = auth::normalise_email(*email);
    if (!normalised) body.add_error("email", "invalid_email");
    content.member("email", normalised.value_or(""));
  }
  if (const auto phone = body.optional_text("phone", {.maximum = limits::kPhoneCharacters})) {
    const std::optional<std::string> number = compact_phone(*phone);
    if (!number) body.add_error("phone", "invalid_phone");
    content.member("phone", number.value_or(""));
  }
  copy_text(body, content, "first_name", kPersonName);
  copy_text(body, content, "surname", kPersonName);
  copy_text(body, content, "job_title", kJobTitle);
}

Result<NewInvitation> read_invitation(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  NewInvitation invitation{.client_id = body.id("client_id"), .content = {}};
  content.begin_object();
  if (const auto contact_id = body.optional_id("contact_id")) content.id_member("contact_id", *contact_id);
  copy_person(body, content);
  copy_terms(body, content);
  copy_notifications(body, content);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  invitation.content = content.end_object().take();
  return invitation;
}

}  // namespace portal::features::members
