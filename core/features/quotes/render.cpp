#include "features/quotes/render.hpp"

#include <array>

#include "base/ids.hpp"
#include "features/papers.hpp"

namespace portal::features::quotes {
namespace {

constexpr std::string_view kFolder = "/api/v1/quotes/";
constexpr std::size_t kBytesOfAQuote = 600;  // more than most have, so that the text is not moved while it grows
constexpr std::array<std::string_view, 6> kStates = {"pending_approval", "changes_requested", "accepted",
                                                     "declined",         "expired",           "superseded"};

std::optional<PaperFile> file_of(const Quote& quote, std::string_view folder) {
  if (!quote.has_file) return std::nullopt;
  return PaperFile{quote.number, quote.media_type, quote.bytes,
                   std::string(folder) + format_id(quote.quote_id) + "/content"};
}

void write_decision(json::Writer& writer, const Decision& decision) {
  writer.begin_object().member("decision", decision.decision).member("reason", decision.reason);
  writer.member("decided_at", decision.decided_at);
  writer.key("decided_by").begin_object().member("name", decision.decided_by).end_object();
  writer.member("method", decision.method).member("revision", decision.revision);
  write_money(writer.key("total"), decision.total, decision.currency);
  writer.end_object();
}

void write_counts(json::Writer& writer, const Counts& counts) {
  writer.key("counts").begin_object();
  for (const std::string_view state : kStates) {
    const auto found = counts.find(state);
    writer.member(state, found == counts.end() ? std::int64_t{0} : found->second);
  }
  writer.end_object();
}

}  // namespace

void write_members(json::Writer& writer, const Quote& quote, std::string_view folder) {
  writer.id_member("id", quote.quote_id).member("number", quote.number).member("title", quote.title);
  writer.member("state", quote.state).member("revision", quote.revision);
  writer.member("issued_on", quote.issued_on).member("valid_until", quote.valid_until);
  write_money(writer.key("total"), quote.total, quote.currency);
  write_linked_job(writer, quote.job_id, quote.job_number);
  write_file(writer, file_of(quote, folder));
  writer.key("decision");
  if (quote.decision)
    write_decision(writer, *quote.decision);
  else
    writer.null();
}

void write_rest(json::Writer& writer, std::optional<std::string_view> description,
                std::span<const Decision> decisions) {
  writer.member("description", description).key("decisions").begin_array();
  for (const Decision& decision : decisions) write_decision(writer, decision);
  writer.end_array();
}

std::string render_list(std::span<const Quote> quotes, const std::optional<std::string>& next_cursor,
                        const std::optional<Counts>& counts) {
  json::Writer writer(512 + quotes.size() * kBytesOfAQuote);
  writer.begin_object().key("items").begin_array();
  for (const Quote& quote : quotes) {
    writer.begin_object();
    write_members(writer, quote, kFolder);
    writer.end_object();
  }
  writer.end_array().member("next_cursor", next_cursor);
  if (counts) write_counts(writer, *counts);
  return writer.end_object().take();
}

std::string render_quote(const Quote& quote, std::optional<std::string_view> description,
                         std::span<const Decision> decisions) {
  json::Writer writer(kBytesOfAQuote + description.value_or("").size() + decisions.size() * kBytesOfAQuote);
  writer.begin_object();
  write_members(writer, quote, kFolder);
  write_rest(writer, description, decisions);
  return writer.end_object().take();
}

}  // namespace portal::features::quotes
