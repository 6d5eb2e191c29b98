#include "features/quotes/forms.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/limits.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features::quotes {
namespace {

constexpr TextLength kReason{.maximum = limits::kQuoteReasonCharacters};
constexpr TextLength kDecidedBy{.maximum = 2 * limits::kPersonNameCharacters + 1};  // as members' names are kept
constexpr std::int64_t kLastRevision = std::numeric_limits<std::int32_t>::max();

constexpr std::array kDecisions = {
    Choice<std::string_view>{"accepted", "accepted"},
    Choice<std::string_view>{"declined", "declined"},
    Choice<std::string_view>{"changes_requested", "changes_requested"},
};
constexpr std::array kMethods = {
    Choice<std::string_view>{"phone", "phone"}, Choice<std::string_view>{"email", "email"},
    Choice<std::string_view>{"paper", "paper"}, Choice<std::string_view>{"in_person", "in_person"},
    Choice<std::string_view>{"other", "other"},
};

void copy_decision(json::ObjectReader& body, json::Writer& content) {
  content.member("revision", body.integer("revision", 1, kLastRevision));
  content.member("decision", body.choice("decision", kDecisions));
  const std::optional<std::string> reason = body.optional_text("reason", kReason);
  if (!reason) return;
  json::require_lines(body, "reason", reason);
  if (reason->find_first_not_of(" \t\r\n") == std::string::npos) body.add_error("reason", "too_short");
  content.member("reason", *reason);
}

}  // namespace

Result<std::string> read_decision(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  body.drop_nulls();
  json::Writer content;
  content.begin_object();
  copy_decision(body, content);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return content.end_object().take();
}

Result<std::string> read_recorded_decision(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  body.drop_nulls();
  json::Writer content;
  content.begin_object();
  copy_decision(body, content);
  content.member("method", body.choice("method", kMethods));
  if (std::optional<std::string> name = body.optional_text("decided_by", kDecidedBy)) {
    if (!name->empty()) json::trim_line(body, "decided_by", *name);
    content.member("decided_by", *name);
  }
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return content.end_object().take();
}

}  // namespace portal::features::quotes
