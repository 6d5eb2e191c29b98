// Notices of changes: one text has one meaning, and only whole meanings are understood.
#include <string>

#include "cache/changes.hpp"
#include "require.hpp"

using namespace portal;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::as_text(data, size);
  const std::optional<cache::Change> change = cache::parse_change(input);
  if (!change) return 0;
  fuzz::require(change->account_id > 0 && change->client_id >= 0 && change->id >= 0, "ids are none or positive");
  const std::string rest =
      std::to_string(change->account_id) + " " + std::to_string(change->client_id) + " " + std::to_string(change->id);
  const std::string_view kind = input.substr(0, input.find(' '));
  const std::optional<cache::Change> again = cache::parse_change(std::string(kind) + " " + rest);
  fuzz::require(again == change, "what is written as it was understood is understood alike");
  return 0;
}
