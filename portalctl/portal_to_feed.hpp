// A portal that is fed over its API: where it is, with which key, and what its answers say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/writer.hpp"
#include "portalctl/failure.hpp"

namespace portal::portalctl {

struct PortalToFeed {
  std::string url;  // without a slash at its end
  std::string bearer;
  std::string key_file;
  std::string ca_file;  // empty: those of the system
};

// Refuses an address to which the key would travel in clear, and a file of the key that others can read.
Outcome<PortalToFeed> open_portal(std::string url, const std::string& key_file, std::string ca_file);

// The key as its file has it now.
Outcome<std::string> read_key(const std::string& key_file);

// What became of the lines, over all answers.
struct FeedTotals {
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t withdrawn = 0;

  void add(std::string_view answer);
  // Members of an object that is begun.
  void write(json::Writer& writer) const;
  // "5 created, 0 updated, 0 unchanged, 0 taken back"
  std::string to_text() const;
};

// A member of an answer; 0 and nothing where it is not there.
std::int64_t number_of(std::string_view object, std::string_view name);
std::string text_of(std::string_view object, std::string_view name);

}  // namespace portal::portalctl
