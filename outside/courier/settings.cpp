#include "courier/settings.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "mail/mail.hpp"

namespace portal::outside {
namespace {

using Take = std::function<bool(std::string_view)>;

struct Entry {
  std::string_view section;
  std::string_view name;
  Take take;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Take text_into(std::string& target) {
  return [&target](std::string_view value) {
    target = value;
    return true;
  };
}

Take address_into(std::string& target) {
  return [&target](std::string_view value) {
    target = value;
    return check_address(value).has_value();
  };
}

template <class Number>
Take number_into(Number& target, Number minimum, Number maximum) {
  return [&target, minimum, maximum](std::string_view value) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), target);
    return error == std::errc() && end == value.data() + value.size() && target >= minimum && target <= maximum;
  };
}

Take seconds_into(std::chrono::milliseconds& target) {
  return [&target](std::string_view value) {
    std::int32_t seconds = 0;
    if (!number_into<std::int32_t>(seconds, 1, 60)(value)) return false;
    target = std::chrono::seconds(seconds);
    return true;
  };
}

template <class Enum>
Take word_into(Enum& target, std::vector<std::pair<std::string_view, Enum>> words) {
  return [&target, words = std::move(words)](std::string_view value) {
    const auto found = std::ranges::find(words, value, &std::pair<std::string_view, Enum>::first);
    if (found == words.end()) return false;
    target = found->second;
    return true;
  };
}

Take field_into(std::vector<SmsGateway::Field>& fields) {
  return [&fields](std::string_view value) {
    const auto equals = value.find('=');
    if (equals == 0 || equals == std::string_view::npos) return false;
    fields.push_back({.name = std::string(value.substr(0, equals)), .value = std::string(value.substr(equals + 1))});
    return true;
  };
}

std::vector<Entry> entries_of(CourierSettings& settings) {
  SmtpServer& smtp = settings.smtp;
  SmsGateway& sms = settings.sms;
  return {
      {"", "database", text_into(settings.database)},
      {"", "password_file", text_into(settings.database_password_file)},
      {"", "keys_file", text_into(settings.keys_file)},
      {"", "mail_directory", text_into(settings.mail_directory)},
      {"", "layouts_directory", text_into(settings.layouts_directory)},
      {"", "sends", number_into(settings.sends, 1, 256)},
      {"", "account_sends", number_into(settings.account_sends, 1, 64)},
      {"", "poll_seconds", number_into(settings.poll_seconds, 1, 600)},
      {"", "database_seconds", number_into(settings.database_seconds, 1, 60)},
      {"", "keep_days", number_into(settings.keep_days, 3, 3650)},
      {"", "connect_seconds", seconds_into(settings.deadlines.connect)},
      {"", "total_seconds", seconds_into(settings.deadlines.total)},
      {"smtp", "host", text_into(smtp.host)},
      {"smtp", "port", number_into<std::uint16_t>(smtp.port, 1, 65535)},
      {"smtp", "security",
       word_into<SmtpSecurity>(
           smtp.security,
           {{"starttls", SmtpSecurity::kStartTls}, {"tls", SmtpSecurity::kTls}, {"none", SmtpSecurity::kNone}})},
      {"smtp", "username", text_into(smtp.username)},
      {"smtp", "password_file", text_into(settings.smtp_password_file)},
      {"smtp", "ca_file", text_into(smtp.ca_file)},
      {"smtp", "hello", text_into(smtp.hello)},
      {"smtp", "sender_address", address_into(settings.sender_address)},
      {"smtp", "sender_name", text_into(settings.sender_name)},
      {"smtp", "account_servers",
       word_into<AccountServers>(settings.account_servers,
                                 {{"public", AccountServers::kPublic}, {"any", AccountServers::kAny}})},
      {"smtp", "account_ca_file", text_into(settings.account_ca_file)},
      {"sms", "provider",
       word_into<SmsProvider>(sms.provider, {{"twilio", SmsProvider::kTwilio}, {"form", SmsProvider::kForm}})},
      {"sms", "url", text_into(sms.url)},
      {"sms", "username", text_into(sms.username)},
      {"sms", "password_file", text_into(settings.sms_password_file)},
      {"sms", "ca_file", text_into(sms.ca_file)},
      {"sms", "sender", text_into(sms.sender)},
      {"sms", "to_field", text_into(sms.to_field)},
      {"sms", "text_field", text_into(sms.text_field)},
      {"sms", "from_field", text_into(sms.from_field)},
      {"sms", "id_field", text_into(sms.id_field)},
      {"sms", "field", field_into(sms.extra)},
      {"limits", "account_hour", number_into(settings.limits.account_hour, 1, 1'000'000)},
      {"limits", "account_day", number_into(settings.limits.account_day, 1, 10'000'000)},
      {"limits", "recipient_day", number_into(settings.limits.recipient_day, 1, 1000)},
  };
}

std::unexpected<Error> refuse(int line, std::string_view why) {
  return fail(ErrorCode::kInvalidField, fmt::format("line {}: {}", line, why));
}

// What belongs together.
Result<void> check_whole(const CourierSettings& settings) {
  const auto refuse_whole = [](std::string why) { return fail(ErrorCode::kInvalidField, std::move(why)); };
  const SmtpServer& smtp = settings.smtp;
  if (!smtp.host.empty() && settings.sender_address.empty())
    return refuse_whole("[smtp] with a host needs a sender_address");
  if (!smtp.host.empty() && smtp.security == SmtpSecurity::kNone && !is_loopback(smtp.host))
    return refuse_whole("[smtp] security = none is only for a server on this machine");
  if (smtp.username.empty() != settings.smtp_password_file.empty())
    return refuse_whole("[smtp] username and password_file belong together");
  const SmsGateway& sms = settings.sms;
  if (sms.provider == SmsProvider::kForm && sms.url.empty()) return refuse_whole("[sms] provider = form needs a url");
  if (sms.provider == SmsProvider::kTwilio &&
      (sms.username.empty() || settings.sms_password_file.empty() || sms.sender.empty()))
    return refuse_whole("[sms] provider = twilio needs username (the account SID), password_file and sender");
  return {};
}

}  // namespace

Result<CourierSettings> parse_courier_settings(std::string_view text) {
  if (!is_valid_text(text)) return fail(ErrorCode::kInvalidField, "it is not valid text");
  CourierSettings settings;
  const std::vector<Entry> entries = entries_of(settings);
  std::string_view section;
  std::vector<const Entry*> taken;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    if (content.front() == '[') {
      section = content.ends_with(']') ? trimmed(content.substr(1, content.size() - 2)) : std::string_view();
      if (section.empty() || std::ranges::find(entries, section, &Entry::section) == entries.end())
        return refuse(number, "a heading is [smtp], [sms] or [limits]");
      continue;
    }
    const auto equals = content.find('=');
    if (equals == std::string_view::npos) return refuse(number, "a line is `name = value`");
    const std::string_view name = trimmed(content.substr(0, equals));
    const auto entry =
        std::ranges::find_if(entries, [&](const Entry& each) { return each.section == section && each.name == name; });
    if (entry == entries.end())
      return refuse(number,
                    fmt::format("there is no \"{}\" {}", name,
                                section.empty() ? "before the first heading" : fmt::format("in [{}]", section)));
    if (name != "field" && std::ranges::find(taken, &*entry) != taken.end())
      return refuse(number, fmt::format("{} stands there twice", name));
    taken.push_back(&*entry);
    const std::string_view value = trimmed(content.substr(equals + 1));
    if (value.empty() || !entry->take(value)) return refuse(number, fmt::format("that is no value for {}", name));
  }
  if (settings.sms.provider == SmsProvider::kTwilio && settings.sms.url.empty())
    settings.sms.url = "https://api.twilio.com";
  if (Result<void> valid = check_whole(settings); !valid) return fail(valid.error());
  return settings;
}

}  // namespace portal::outside
