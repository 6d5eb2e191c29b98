// Cursors: no bytes from outside open, and what was signed opens as it was.
#include "crypto/cursor.hpp"
#include "require.hpp"

using namespace portal;
using namespace portal::crypto;

namespace {

const Keyring& keys() {
  static const Keyring kKeys = Keyring::parse(generate_keys().view()).value();
  return kKeys;
}

// Nothing is ever signed with these. libFuzzer learns from comparisons: it would hand back a cursor signed below.
const Keyring& keys_of_others() {
  static const Keyring kKeys = Keyring::parse(generate_keys().view()).value();
  return kKeys;
}

Keyset read_keyset(std::string_view input) {
  Keyset keyset;
  while (input.size() >= 9 && keyset.size() < 8) {
    const bool present = fuzz::take_byte(input) % 2 != 0;
    std::uint64_t number = 0;
    for (int byte = 0; byte < 8; ++byte) number = number << 8 | fuzz::take_byte(input);
    keyset.push_back(present ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt);
  }
  return keyset;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::as_text(data, size);
  const Context context = Context("GET /jobs").add(7);
  for (const std::size_t values : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    fuzz::require(!open_cursor(input, values, context, keys_of_others()), "nobody makes up a cursor");
  }
  const Keyset keyset = read_keyset(input);
  const std::string cursor = sign_cursor(keyset, context, keys());
  const Result<Keyset> opened = open_cursor(cursor, keyset.size(), context, keys());
  fuzz::require(opened && *opened == keyset, "a cursor opens as it was signed");
  const Context other = Context("GET /jobs").add(7).add(input);
  fuzz::require(!open_cursor(cursor, keyset.size(), other, keys()), "a cursor opens in its own list only");

  // The input says which bits of a good cursor to change.
  std::string changed = cursor;
  for (std::size_t place = 0; place < changed.size() && place < size; ++place) {
    changed[place] = static_cast<char>(changed[place] ^ static_cast<char>(data[place] & 0x3F));
  }
  const bool same = changed == cursor;
  fuzz::require(open_cursor(changed, keyset.size(), context, keys()).has_value() == same,
                "a changed cursor does not open");
  return 0;
}
