#include "features/import/job_rows.hpp"

#include <array>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/choice.hpp"
#include "features/import/field_table.hpp"
#include "features/import/point_in_time.hpp"
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
constexpr std::int64_t kMostMinutes = 525'600;

constexpr std::array kStatuses = {
    Choice<std::string_view>{"unscheduled", "unscheduled"}, Choice<std::string_view>{"scheduled", "scheduled"},
    Choice<std::string_view>{"en_route", "en_route"},       Choice<std::string_view>{"started", "started"},
    Choice<std::string_view>{"paused", "paused"},           Choice<std::string_view>{"finished", "finished"},
    Choice<std::string_view>{"cancelled", "cancelled"},
};

// True when it was there.
bool copy_line(json::ObjectReader& line, JobRows& row, std::string_view name, JobText column, TextLength length) {
  const std::optional<std::string> text = line.optional_text(name, length);
  json::require_one_line(line, name, text);
  if (text) row.set(column, *text);
  return text.has_value();
}

// Of several lines.
void copy_text(json::ObjectReader& line, JobRows& row, std::string_view name, JobText column, TextLength length) {
  const std::optional<std::string> text = line.optional_text(name, length);
  json::require_lines(line, name, text);
  if (text) row.set(column, *text);
}

void copy_required(json::ObjectReader& line, JobRows& row, std::string_view name, JobText column, TextLength length) {
  const std::string text = line.text(name, length);
  json::require_one_line(line, name, text);
  row.set(column, text);
}

void copy_time(json::ObjectReader& line, JobRows& row, std::string_view name, JobText column) {
  const std::optional<std::string> text = line.optional_text(name, kTime);
  if (!text) return;
  if (!is_point_in_time(*text)) line.add_error(name, "invalid_date");
  row.set(column, *text);
}

void copy_place(json::ObjectReader& line, JobRows& row) {
  const std::optional<double> latitude = line.optional_number("latitude", -90, 90);
  const std::optional<double> longitude = line.optional_number("longitude", -180, 180);
  if (latitude.has_value() != longitude.has_value()) line.add_error(latitude ? "longitude" : "latitude", "required");
  if (!latitude || !longitude) return;
  row.set(JobText::kLatitude, fmt::format("{}", *latitude));
  row.set(JobText::kLongitude, fmt::format("{}", *longitude));
}

void copy_resolution(json::ObjectReader& line, JobRows& row, std::string_view status) {
  copy_text(line, row, "resolution_note", JobText::kResolutionNote, kResolutionNote);
  std::optional<json::ObjectReader> resolution = line.optional_object("resolution");
  if (!resolution) return;
  copy_required(*resolution, row, "name", JobText::kResolution, kResolution);
  row.set(JobText::kIsSuccessful, resolution->optional_boolean("successful").value_or(true) ? "true" : "false");
  // What is wrong in it fails the line.
  [[maybe_unused]] const Result<void> noted = resolution->finish();
  if (status != "finished") line.add_error("resolution", "unknown_field");
}

void copy_values(json::ObjectReader& line, std::string_view text, const FieldTable& fields, JobRows& row,
                 std::string_view group, JobText column) {
  const std::optional<std::string_view> values = line.has_object(group) ? json::find_member(text, group) : std::nullopt;
  if (!values) return;
  fields.check(group, *values, group, line);
  row.set(column, *values);
}

}  // namespace

void JobRows::read(json::ObjectReader& line, std::string_view text, const FieldTable& fields) {
  set_number(line.integer("number", 1, std::numeric_limits<std::int64_t>::max()));
  copy_line(line, *this, "reference", JobText::kReference, kReference);
  copy_required(line, *this, "client", JobText::kClient, kExternalId);
  copy_line(line, *this, "site", JobText::kSite, kExternalId);
  const std::string_view status = line.choice("status", kStatuses);
  set(JobText::kStatus, status);
  copy_time(line, *this, "scheduled_at", JobText::kScheduledAt);
  if (const std::optional<std::int64_t> minutes = line.optional_integer("duration_minutes", 1, kMostMinutes))
    set_duration(*minutes);
  copy_text(line, *this, "address", JobText::kAddress, kAddress);
  copy_place(line, *this);
  copy_line(line, *this, "entrance", JobText::kEntrance, kShort);
  copy_line(line, *this, "floor", JobText::kFloor, kShort);
  copy_line(line, *this, "contact", JobText::kContact, kContact);
  copy_required(line, *this, "template", JobText::kTemplate, kExternalId);
  const bool has_worker = copy_line(line, *this, "worker", JobText::kWorker, kExternalId);
  if (copy_line(line, *this, "team", JobText::kTeam, kExternalId) && has_worker)
    line.add_error("team", "unknown_field");
  copy_text(line, *this, "description", JobText::kDescription, kDescription);
  copy_values(line, text, fields, *this, "custom", JobText::kCustomValues);
  copy_values(line, text, fields, *this, "report", JobText::kReportValues);
  copy_resolution(line, *this, status);
  copy_time(line, *this, "en_route_at", JobText::kEnRouteAt);
  copy_time(line, *this, "started_at", JobText::kStartedAt);
  copy_time(line, *this, "paused_at", JobText::kPausedAt);
  copy_time(line, *this, "finished_at", JobText::kFinishedAt);
  copy_time(line, *this, "cancelled_at", JobText::kCancelledAt);
}

}  // namespace portal::features::import
