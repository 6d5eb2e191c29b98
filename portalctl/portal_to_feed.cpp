#include "portalctl/portal_to_feed.hpp"

#include <optional>

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
  const Outcome<std::string> key = read_text_file(key_file, Readers::kOwnerOnly);
  if (!key) return failed(key.error());
  // The key may have been kept with what was printed beside it.
  return PortalToFeed{
      .url = std::move(url), .bearer = trimmed(key->substr(0, key->find('\n'))), .ca_file = std::move(ca_file)};
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
