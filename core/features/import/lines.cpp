#include "features/import/lines.hpp"

#include <algorithm>
#include <limits>

#include "base/limits.hpp"

namespace portal::features::import {
namespace {

constexpr TextLength kExternalId{.maximum = 255};
constexpr std::int64_t kMaximumVersion = std::numeric_limits<std::int64_t>::max();

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

Result<bool> Lines::read_some(std::chrono::microseconds budget) {
  const auto until = std::chrono::steady_clock::now() + budget;
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (++line_ > limits::kImportLines) return fail(ErrorCode::kPayloadTooLarge);
    if (!is_blank(text)) read_line(text);
    if (std::chrono::steady_clock::now() >= until) return true;
  }
  return false;
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

void Lines::read_line(std::string_view text) {
  if (text.size() > limits::kImportLineBytes) {
    note(Error::of(ErrorCode::kPayloadTooLarge));
    return;
  }
  Result<json::Document> document = json::parse(text);
  if (!document) {
    note(document.error());
    return;
  }
  json::ObjectReader line = document->object();
  line.drop_nulls();
  Row row;
  json::Writer writer(text.size() + 64);
  writer.begin_object().member("line", line_);
  const std::string external_id = line.text("external_id", kExternalId);
  writer.member("external_id", external_id);
  row.version = line.optional_integer("version", 0, kMaximumVersion);
  if (row.version) writer.member("version", *row.version);
  if (line.optional_boolean("deleted").value_or(false)) {
    // What else such a line says does not matter: a system that marks a row as deleted may send the whole of it.
    writer.member("deleted", true);
    line.take_all();
  } else {
    kind_.read(line, text, fields_, writer);
  }
  if (const Result<void> valid = line.finish(); !valid) {
    note(valid.error());
    return;
  }
  row.text = writer.end_object().take();
  keep(external_id, std::move(row));
}

void Lines::keep(std::string external_id, Row row) {
  const auto [place, is_new] = places_.try_emplace(std::move(external_id), rows_.size());
  if (is_new) {
    rows_.push_back(std::move(row));
    return;
  }
  ++superseded_;
  Row& before = rows_[place->second];
  if (!row.version || !before.version || *row.version >= *before.version) before = std::move(row);
}

std::string Lines::rows() const {
  std::size_t bytes = 2;
  for (const Row& row : rows_) bytes += row.text.size() + 1;
  std::string text;
  text.reserve(bytes);
  text += '[';
  for (const Row& row : rows_) {
    if (text.size() > 1) text += ',';
    text += row.text;
  }
  text += ']';
  return text;
}

}  // namespace portal::features::import
