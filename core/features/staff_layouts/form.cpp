#include "features/staff_layouts/form.hpp"

#include <array>

#include "base/phone.hpp"
#include "json/reader.hpp"
#include "layouts/invitation.hpp"
#include "layouts/position.hpp"

namespace portal::features::staff_layouts {
namespace {

constexpr std::array kLanguages = {Choice<std::string_view>{.word = "en", .value = "en"},
                                   Choice<std::string_view>{.word = "es", .value = "es"}};
constexpr std::array kChannels = {Choice<std::string_view>{.word = "email", .value = "email"},
                                  Choice<std::string_view>{.word = "sms", .value = "sms"}};

std::string read_layout(json::ObjectReader& body, std::string_view name, std::size_t maximum,
                        Result<layouts::Layout> (*parse)(std::string_view)) {
  // In bytes a layout may be longer than it may be in characters; the parser
  // has a limit of its own.
  std::string text = body.text(name, {.maximum = maximum});
  if (text.empty()) return text;
  const Result<layouts::Layout> layout = parse(text);
  if (layout) return text;
  const std::string& code = layout.error().fields.front().code;
  const std::optional<layouts::Position> at = layouts::position_of(layout.error(), text);
  at ? body.add_error_at(name, code, at->line, at->column) : body.add_error(name, code);
  return text;
}

std::optional<std::optional<Email>> read_email(json::ObjectReader& body) {
  std::optional<std::optional<json::ObjectReader>> part = body.nullable_object("email");
  if (!part) return std::nullopt;
  if (!*part) return std::optional<Email>();
  json::ObjectReader& reader = **part;
  Email email;
  email.subject = read_layout(reader, "subject", layouts::kSubjectCharacters, layouts::parse_invitation_subject);
  email.html = read_layout(reader, "html", layouts::kHtmlCharacters, layouts::parse_invitation_html);
  [[maybe_unused]] const Result<void> noted = reader.finish();
  return email;
}

std::optional<std::optional<std::string>> read_sms(json::ObjectReader& body) {
  std::optional<std::optional<json::ObjectReader>> part = body.nullable_object("sms");
  if (!part) return std::nullopt;
  if (!*part) return std::optional<std::string>();
  std::string text = read_layout(**part, "text", layouts::kSmsCharacters, layouts::parse_invitation_sms);
  [[maybe_unused]] const Result<void> noted = (*part)->finish();
  return text;
}

}  // namespace

Result<Form> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  form.language = body.choice("language", kLanguages);
  form.email = read_email(body);
  form.sms = read_sms(body);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

Result<TestForm> read_test(std::string_view text) {
  constexpr std::size_t kLongestPhone = 50;
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  TestForm form;
  form.language = body.choice("language", kLanguages);
  form.channel = body.choice("channel", kChannels);
  const std::optional<std::string> phone = body.optional_text("phone", {.maximum = kLongestPhone});
  if (phone) form.phone = compact_phone(*phone);
  if (phone && (!form.phone || !form.phone->starts_with('+'))) body.add_error("phone", "invalid_phone");
  if (form.channel == "sms" && !phone) body.add_error("phone", "required");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

}  // namespace portal::features::staff_layouts
