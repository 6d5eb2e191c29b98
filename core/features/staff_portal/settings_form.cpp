#include "features/staff_portal/settings_form.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "auth/email.hpp"
#include "base/limits.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features::staff_portal {
namespace {

// The outer optional: is it to be changed; the inner: the new value, or none.
using Change = std::optional<std::optional<std::string>>;

constexpr std::array kLanguages = {Choice<std::string_view>{.word = "en", .value = "en"},
                                   Choice<std::string_view>{.word = "es", .value = "es"}};
constexpr std::array kWorkerNames = {Choice<std::string_view>{.word = "full", .value = "full"},
                                     Choice<std::string_view>{.word = "first_name", .value = "first_name"},
                                     Choice<std::string_view>{.word = "none", .value = "none"}};

constexpr std::size_t kNameCharacters = 300;  // as the columns, all of these
constexpr std::size_t kPhoneCharacters = 50;
constexpr std::size_t kUrlCharacters = 2000;
constexpr std::int64_t kLongestInvitation = 30;  // days
constexpr std::int64_t kShortestActivity = 7;
constexpr std::int64_t kLongestActivity = 3650;

std::optional<std::string> read_name(json::ObjectReader& body) {
  std::optional<std::string> name = body.optional_text("name", {.maximum = kNameCharacters});
  if (name) json::trim_line(body, "name", *name);
  return name;
}

Change read_line(json::ObjectReader& body, std::string_view name, std::size_t maximum) {
  Change change = body.nullable_text(name, {.maximum = maximum});
  if (change && *change) json::trim_line(body, name, **change);
  return change;
}

Change read_email(json::ObjectReader& body, std::string_view name) {
  Change change = body.nullable_text(name, {.maximum = limits::kEmailBytes});
  if (!change || !*change) return change;
  std::optional<std::string> email = auth::normalise_email(**change);
  if (!email) body.add_error(name, "invalid_email");
  return email;
}

// Members' browsers open these: only schemes that lead to a page. Browsers write what is beyond ASCII in it themselves.
Change read_url(json::ObjectReader& body, std::string_view name) {
  Change change = body.nullable_text(name, {.maximum = kUrlCharacters});
  if (!change || !*change) return change;
  std::string& url = **change;
  url = std::string(json::without_blanks(url));
  const bool has_scheme = url.starts_with("https://") || url.starts_with("http://");
  const bool is_plain = std::ranges::all_of(url, [](char letter) { return letter > ' ' && letter < '\x7F'; });
  if (!has_scheme || !is_plain || url.ends_with("://")) body.add_error(name, "invalid_url");
  return change;
}

std::optional<std::string> read_colour(json::ObjectReader& body, std::string_view name) {
  std::optional<std::string> colour = body.optional_text(name, {.maximum = 7});
  if (!colour) return colour;
  std::ranges::transform(*colour, colour->begin(), [](char letter) {
    return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  const bool is_colour =
      colour->size() == 7 && colour->front() == '#' && std::ranges::all_of(colour->substr(1), [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
      });
  if (!is_colour) body.add_error(name, "invalid_colour");
  return colour;
}

// Writes the columns that are to be changed.
class Changes {
 public:
  Changes() { writer_.begin_object(); }
  template <class Value>
  void set(std::string_view column, const std::optional<Value>& value) {
    if (value) writer_.member(column, *value);
  }
  void set(std::string_view column, const std::vector<std::string_view>& values) {
    writer_.key(column).begin_array();
    for (const std::string_view value : values) writer_.value(value);
    writer_.end_array();
  }
  std::string take() { return writer_.end_object().take(); }

 private:
  json::Writer writer_;
};

void read_looks(json::ObjectReader& body, Changes& changes) {
  changes.set("name", read_name(body));
  if (std::optional<json::ObjectReader> colours = body.optional_object("colours")) {
    changes.set("accent_colour", read_colour(*colours, "accent"));
    [[maybe_unused]] const Result<void> noted = colours->finish();
  }
}

void read_contact(json::ObjectReader& body, Changes& changes) {
  if (std::optional<json::ObjectReader> contact = body.optional_object("contact")) {
    changes.set("contact_phone", read_line(*contact, "phone", kPhoneCharacters));
    changes.set("contact_email", read_email(*contact, "email"));
    changes.set("contact_website", read_url(*contact, "website"));
    [[maybe_unused]] const Result<void> noted = contact->finish();
  }
  if (std::optional<json::ObjectReader> links = body.optional_object("links")) {
    changes.set("privacy_url", read_url(*links, "privacy"));
    changes.set("terms_url", read_url(*links, "terms"));
    changes.set("imprint_url", read_url(*links, "imprint"));
    [[maybe_unused]] const Result<void> noted = links->finish();
  }
}

void read_languages(json::ObjectReader& body, Changes& changes) {
  if (const std::optional<std::vector<std::string_view>> languages = body.optional_choices("languages", kLanguages)) {
    changes.set("languages", *languages);
  }
  changes.set("default_language", body.optional_choice("default_language", kLanguages));
}

}  // namespace

Result<std::optional<std::string>> read_new_portal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::optional<std::string> name = read_name(body);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return name;
}

Result<std::string> read_changes(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Changes changes;
  read_looks(body, changes);
  read_contact(body, changes);
  read_languages(body, changes);
  changes.set("worker_name", body.optional_choice("worker_name", kWorkerNames));
  changes.set("shows_position", body.optional_boolean("shows_position"));
  changes.set("invitation_days", body.optional_integer("invitation_days", 1, kLongestInvitation));
  changes.set("activity_days", body.optional_integer("activity_days", kShortestActivity, kLongestActivity));
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  std::string taken = changes.take();
  // Only a list without any word is empty here; in a text the quotes would be escaped.
  if (taken.contains(R"("languages":[])")) return fail(Error::field("/languages", "too_short"));
  return taken;
}

}  // namespace portal::features::staff_portal
