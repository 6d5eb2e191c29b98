#include "features/import/lines.hpp"

#include <limits>

#include "base/limits.hpp"
#include "json/plain_text.hpp"

namespace portal::features::import {
namespace {

constexpr TextLength kExternalId{.maximum = 255};
constexpr std::int64_t kMaximumVersion = std::numeric_limits<std::int64_t>::max();

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

Result<bool> Lines::read_some(std::chrono::microseconds budget) {
  const auto until = std::chrono::steady_clock::now() + budget;
  for (;;) {
    const Result<std::optional<LineFile::Line>> line = file_.next();
    if (!line) return fail(line.error());
    if (!*line) return false;
    if (++line_ > limits::kImportLines) return fail(ErrorCode::kPayloadTooLarge);
    read_line(**line);
    if (std::chrono::steady_clock::now() >= until) return true;
  }
}

void Lines::note(const Error& error) {
  ++wrong_;
  for (const FieldError& field : error.fields) {
    if (errors_.size() >= limits::kImportErrors) return;
    errors_.push_back({.line = line_, .pointer = field.pointer, .code = field.code});
  }
  if (error.fields.empty() && errors_.size() < limits::kImportErrors)
    errors_.push_back({.line = line_, .pointer = {}, .code = std::string(properties_of(error.code).problem_code)});
}

void Lines::read_line(const LineFile::Line& said) {
  const std::string_view text = said.text;
  if (said.is_too_long) {
    note(Error::of(ErrorCode::kPayloadTooLarge));
    return;
  }
  if (is_blank(text)) return;
  Result<json::Document> document = json::parse(text);
  if (!document) {
    note(document.error());
    return;
  }
  json::ObjectReader line = document->object();
  line.drop_nulls();
  const std::string external_id = line.text("external_id", kExternalId);
  json::require_one_line(line, "external_id", external_id);
  std::optional<std::int64_t> version = line.optional_integer("version", 0, kMaximumVersion);
  if (const auto found = kept_.find(external_id); !version && found != kept_.end()) version = found->second.version;
  const bool deleted = line.optional_boolean("deleted").value_or(false);
  rows_->begin({.line = line_, .external_id = external_id, .version = version, .deleted = deleted});
  if (deleted) {
    // What else such a line says does not matter: a system that marks a row as deleted may send the whole of it.
    line.take_all();
  } else {
    rows_->read(line, text, fields_);
  }
  if (const Result<void> valid = line.finish(); !valid) {
    note(valid.error());
    return;
  }
  keep(external_id, version);
}

void Lines::keep(const std::string& external_id, std::optional<std::int64_t> version) {
  const auto [found, is_new] = kept_.try_emplace(external_id);
  Kept& kept = found->second;
  if (!is_new) {
    ++superseded_;
    if (version && kept.version && *version < *kept.version) return;
    rows_->drop(kept.row);
  }
  kept = {.version = version, .row = kept_rows_++};
  rows_->keep();
}

}  // namespace portal::features::import
