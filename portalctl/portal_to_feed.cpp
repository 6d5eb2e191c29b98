#include "portalctl/portal_to_feed.hpp"

#include <optional>

#include <fmt/format.h>

#include "json/scanner.hpp"
#include "portalctl/text.hpp"
#include "portalctl/text_file.hpp"
#include "send/put.hpp"

namespace portal::portalctl {

Outcome<PortalToFeed> open_portal(std::string url, const std::string& key_file, std::string ca_file) {
  while (url.ends_with('/')) url.pop_back();
  if (!outside::may_be_fed(url))
    return misused(
        "The portal's address begins with https:// (or is http:// on this machine), since the key goes there.");
  Outcome<std::string> key = read_key(key_file);
  if (!key) return failed(key.error());
  return PortalToFeed{
      .url = std::move(url), .bearer = std::move(*key), .key_file = key_file, .ca_file = std::move(ca_file)};
}

Outcome<std::string> read_key(const std::string& key_file) {
  const Outcome<std::string> text = read_text_file(key_file, Readers::kOwnerOnly);
  if (!text) return failed(text.error());
  // It may have been kept with what was printed beside it.
  return trimmed(text->substr(0, text->find('\n')));
}

void FeedTotals::add(std::string_view answer) {
  created += number_of(answer, "created");
  updated += number_of(answer, "updated");
  unchanged += number_of(answer, "unchanged");
  withdrawn += number_of(answer, "withdrawn");
}

void FeedTotals::write(json::Writer& writer) const {
  writer.member("created", created)
      .member("updated", updated)
      .member("unchanged", unchanged)
      .member("withdrawn", withdrawn);
}

std::string FeedTotals::to_text() const {
  return fmt::format("{} created, {} updated, {} unchanged, {} taken back", created, updated, unchanged, withdrawn);
}

std::int64_t number_of(std::string_view object, std::string_view name) {
  const std::optional<std::string_view> value = json::find_member(object, name);
  return value ? json::read_integer(*value).value_or(0) : 0;
}

std::string text_of(std::string_view object, std::string_view name) {
  const std::optional<std::string_view> value = json::find_member(object, name);
  return value ? json::read_text(*value).value_or("") : std::string();
}

}  // namespace portal::portalctl
