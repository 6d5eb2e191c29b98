#include "features/field_value.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "base/choice.hpp"
#include "base/time.hpp"
#include "http/request.hpp"
#include "json/scanner.hpp"

namespace portal::features {
namespace {

constexpr std::array kFieldTypes = {
    Choice<FieldType>{"text", FieldType::kText},           Choice<FieldType>{"yes_no", FieldType::kYesNo},
    Choice<FieldType>{"integer", FieldType::kInteger},     Choice<FieldType>{"number", FieldType::kNumber},
    Choice<FieldType>{"money", FieldType::kMoney},         Choice<FieldType>{"pick_list", FieldType::kPickList},
    Choice<FieldType>{"date", FieldType::kDate},           Choice<FieldType>{"time", FieldType::kTime},
    Choice<FieldType>{"datetime", FieldType::kDatetime},   Choice<FieldType>{"link", FieldType::kLink},
    Choice<FieldType>{"photo", FieldType::kPhoto},         Choice<FieldType>{"file", FieldType::kFile},
    Choice<FieldType>{"signature", FieldType::kSignature},
};

constexpr std::size_t kUrlLength = 2048;

bool is_digit(char character) { return character >= '0' && character <= '9'; }
bool are_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return are_digits(text);
  return are_digits(text.substr(0, point)) && are_digits(text.substr(point + 1));
}

// "HH:MM"
bool is_clock_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !are_digits(text.substr(0, 2)) || !are_digits(text.substr(3))) return false;
  return text.substr(0, 2) < "24" && text.substr(3) < "60";
}

// RFC 3339 in UTC, as format_rfc3339 writes it; up to six digits of a second's fraction.
bool is_point_in_time(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text[16] != ':' || !text.ends_with('Z') || !parse_date(text.substr(0, 10)))
    return false;
  const std::string_view seconds = text.substr(17, 2);
  if (!is_clock_time(text.substr(11, 5)) || !are_digits(seconds) || seconds >= "60") return false;
  const std::string_view fraction = text.substr(19, text.size() - 20);
  if (fraction.empty()) return true;
  return fraction.starts_with('.') && fraction.size() <= 7 && are_digits(fraction.substr(1));
}

// Only what a browser may open without danger: a javascript: or data: address would run as the portal's own page.
bool is_web_address(std::string_view url) {
  const auto begins_with = [url](std::string_view scheme) {
    return url.size() > scheme.size() && http::equals_ignoring_case(url.substr(0, scheme.size()), scheme);
  };
  if (url.size() > kUrlLength || !(begins_with("https://") || begins_with("http://"))) return false;
  return std::ranges::none_of(url, [](unsigned char character) { return character <= 0x20 || character == 0x7f; });
}

bool is_currency(std::string_view text) {
  return text.size() == 3 && std::ranges::all_of(text, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

using Check = bool (*)(std::string_view);

bool write_checked_text(json::Writer& writer, std::string_view stored, Check fits) {
  const std::optional<std::string> text = json::read_text(stored);
  if (!text || !fits(*text)) return false;
  writer.value(*text);
  return true;
}

bool write_money(json::Writer& writer, std::string_view stored) {
  const std::optional<std::string_view> amount_text = json::find_member(stored, "amount");
  const std::optional<std::string_view> currency_text = json::find_member(stored, "currency");
  if (!amount_text || !currency_text) return false;
  const std::optional<std::int64_t> amount = json::read_integer(*amount_text);
  const std::optional<std::string> currency = json::read_text(*currency_text);
  if (!amount || !currency || !is_currency(*currency)) return false;
  writer.begin_object().member("amount", *amount).member("currency", *currency).end_object();
  return true;
}

bool write_link(json::Writer& writer, std::string_view stored) {
  const std::optional<std::string_view> url_text = json::find_member(stored, "url");
  const std::optional<std::string> url = url_text ? json::read_text(*url_text) : std::nullopt;
  if (!url || !is_web_address(*url)) return false;
  const std::optional<std::string_view> label_text = json::find_member(stored, "label");
  const std::optional<std::string> label = label_text ? json::read_text(*label_text) : std::nullopt;
  if (label_text && !label && !json::is_null(*label_text)) return false;
  writer.begin_object().member("url", *url).member("label", label).end_object();
  return true;
}

bool write_choice(json::Writer& writer, std::string_view stored, std::string_view options) {
  const std::optional<std::string> id = json::read_text(stored);
  if (!id) return false;
  json::ArrayScanner scanner(options);
  while (const std::optional<std::string_view> option = scanner.next()) {
    const std::optional<std::string_view> option_id = json::find_member(*option, "id");
    if (!option_id || json::read_text(*option_id) != id) continue;
    const std::optional<std::string_view> label_text = json::find_member(*option, "label");
    const std::optional<std::string> label = label_text ? json::read_text(*label_text) : std::nullopt;
    if (!label) return false;
    writer.begin_object().member("id", *id).member("label", *label).end_object();
    return true;
  }
  return false;
}

}  // namespace

std::optional<FieldType> parse_field_type(std::string_view word) noexcept {
  return find_choice(std::span<const Choice<FieldType>>(kFieldTypes), word);
}

std::string_view word_of(FieldType type) noexcept { return kFieldTypes[std::to_underlying(type)].word; }

bool write_field_value(json::Writer& writer, FieldType type, std::string_view stored, std::string_view options) {
  if (json::is_null(stored)) {
    writer.null();
    return true;
  }
  switch (type) {
    case FieldType::kText:
      return write_checked_text(writer, stored, [](std::string_view) { return true; });
    case FieldType::kYesNo: {
      const std::optional<bool> truth = json::read_boolean(stored);
      if (truth) writer.value(*truth);
      return truth.has_value();
    }
    case FieldType::kInteger: {
      const std::optional<std::int64_t> number = json::read_integer(stored);
      if (number) writer.value(*number);
      return number.has_value();
    }
    case FieldType::kNumber:
      return write_checked_text(writer, stored, is_decimal);
    case FieldType::kMoney:
      return write_money(writer, stored);
    case FieldType::kPickList:
      return write_choice(writer, stored, options);
    case FieldType::kDate:
      return write_checked_text(writer, stored, [](std::string_view text) { return parse_date(text).has_value(); });
    case FieldType::kTime:
      return write_checked_text(writer, stored, is_clock_time);
    case FieldType::kDatetime:
      return write_checked_text(writer, stored, is_point_in_time);
    case FieldType::kLink:
      return write_link(writer, stored);
    case FieldType::kPhoto:
    case FieldType::kFile:
    case FieldType::kSignature:
      return false;
  }
  std::unreachable();
}

}  // namespace portal::features
