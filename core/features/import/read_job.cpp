#include "features/import/read_job.hpp"

#include <array>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/choice.hpp"
#include "base/time.hpp"
#include "json/plain_text.hpp"
#include "json/scanner.hpp"

namespace portal::features::import {
namespace {

// Limits are those of the columns.
constexpr TextLength kExternalId{.maximum = 255};
constexpr TextLength kReference{.maximum = 255};
constexpr TextLength kAddress{.maximum = 1000};
constexpr TextLength kShort{.maximum = 50};
constexpr TextLength kContact{.maximum = 1000};
constexpr TextLength kDescription{.maximum = 15'000};
constexpr TextLength kResolution{.maximum = 300};
constexpr TextLength kResolutionNote{.maximum = 5000};
constexpr TextLength kTime{.maximum = 40};
constexpr std::int64_t kMostMinutes = 525'600;

constexpr std::array kStatuses = {
    Choice<std::string_view>{"unscheduled", "unscheduled"}, Choice<std::string_view>{"scheduled", "scheduled"},
    Choice<std::string_view>{"en_route", "en_route"},       Choice<std::string_view>{"started", "started"},
    Choice<std::string_view>{"paused", "paused"},           Choice<std::string_view>{"finished", "finished"},
    Choice<std::string_view>{"cancelled", "cancelled"},
};

bool is_digit(char character) { return character >= '0' && character <= '9'; }

// Two digits below `limit` at a place.
bool is_number_below(std::string_view text, std::size_t at, int limit) {
  return at + 2 <= text.size() && is_digit(text[at]) && is_digit(text[at + 1]) &&
         (text[at] - '0') * 10 + (text[at + 1] - '0') < limit;
}

// RFC 3339 with any offset: "2026-11-16T13:00:00Z", "2026-11-16T14:00:00.5+01:00".
bool is_point_in_time(std::string_view text) {
  if (text.size() < 20 || !parse_date(text.substr(0, 10)) || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return false;
  if (!is_number_below(text, 11, 24) || !is_number_below(text, 14, 60) || !is_number_below(text, 17, 60)) return false;
  std::size_t at = 19;
  if (text[at] == '.') {
    const std::size_t begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == begin || at - begin > 9) return false;
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z") return true;
  return zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' && is_number_below(zone, 1, 15) &&
         is_number_below(zone, 4, 60);
}

// True when it was there.
bool copy_line(json::ObjectReader& line, json::Writer& row, std::string_view name, TextLength length) {
  const std::optional<std::string> text = line.optional_text(name, length);
  json::require_one_line(line, name, text);
  if (text) row.member(name, *text);
  return text.has_value();
}

// Of several lines.
void copy_text(json::ObjectReader& line, json::Writer& row, std::string_view name, TextLength length) {
  const std::optional<std::string> text = line.optional_text(name, length);
  json::require_lines(line, name, text);
  if (text) row.member(name, *text);
}

void copy_required(json::ObjectReader& line, json::Writer& row, std::string_view name, std::string_view column,
                   TextLength length) {
  const std::string text = line.text(name, length);
  json::require_one_line(line, name, text);
  row.member(column, text);
}

void copy_time(json::ObjectReader& line, json::Writer& row, std::string_view name) {
  const std::optional<std::string> text = line.optional_text(name, kTime);
  if (!text) return;
  if (!is_point_in_time(*text)) line.add_error(name, "invalid_date");
  row.member(name, *text);
}

void copy_place(json::ObjectReader& line, json::Writer& row) {
  const std::optional<double> latitude = line.optional_number("latitude", -90, 90);
  const std::optional<double> longitude = line.optional_number("longitude", -180, 180);
  if (latitude.has_value() != longitude.has_value()) line.add_error(latitude ? "longitude" : "latitude", "required");
  if (!latitude || !longitude) return;
  row.key("latitude").raw(fmt::format("{}", *latitude)).key("longitude").raw(fmt::format("{}", *longitude));
}

void copy_resolution(json::ObjectReader& line, json::Writer& row, std::string_view status) {
  copy_text(line, row, "resolution_note", kResolutionNote);
  std::optional<json::ObjectReader> resolution = line.optional_object("resolution");
  if (!resolution) return;
  copy_required(*resolution, row, "name", "resolution", kResolution);
  row.member("is_successful", resolution->optional_boolean("successful").value_or(true));
  // What is wrong in it fails the line.
  [[maybe_unused]] const Result<void> noted = resolution->finish();
  if (status != "finished") line.add_error("resolution", "unknown_field");
}

void copy_values(json::ObjectReader& line, std::string_view text, const FieldTable& fields, json::Writer& row,
                 std::string_view group, std::string_view column) {
  row.key(column);
  const std::optional<std::string_view> values = line.has_object(group) ? json::find_member(text, group) : std::nullopt;
  if (!values) {
    row.raw("{}");
    return;
  }
  fields.check(group, *values, group, line);
  row.raw(*values);
}

}  // namespace

void read_job(json::ObjectReader& line, std::string_view text, const FieldTable& fields, json::Writer& row) {
  row.member("number", line.integer("number", 1, std::numeric_limits<std::int64_t>::max()));
  copy_line(line, row, "reference", kReference);
  copy_required(line, row, "client", "client", kExternalId);
  copy_line(line, row, "site", kExternalId);
  const std::string_view status = line.choice("status", kStatuses);
  row.member("status", status);
  copy_time(line, row, "scheduled_at");
  if (const std::optional<std::int64_t> minutes = line.optional_integer("duration_minutes", 1, kMostMinutes))
    row.member("duration_minutes", *minutes);
  copy_text(line, row, "address", kAddress);
  copy_place(line, row);
  copy_line(line, row, "entrance", kShort);
  copy_line(line, row, "floor", kShort);
  copy_line(line, row, "contact", kContact);
  copy_required(line, row, "template", "template", kExternalId);
  const bool has_worker = copy_line(line, row, "worker", kExternalId);
  if (copy_line(line, row, "team", kExternalId) && has_worker) line.add_error("team", "unknown_field");
  copy_text(line, row, "description", kDescription);
  copy_values(line, text, fields, row, "custom", "custom_values");
  copy_values(line, text, fields, row, "report", "report_values");
  copy_resolution(line, row, status);
  for (const std::string_view name : {"en_route_at", "started_at", "paused_at", "finished_at", "cancelled_at"})
    copy_time(line, row, name);
}

}  // namespace portal::features::import
