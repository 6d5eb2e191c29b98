// Telephone numbers as they are dialled from anywhere. What a number means depends on the country in which it was
// written down, so this asks libphonenumber, which no worker links.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::outside {

// "020 7946 0101" of an account in GB is +442079460101 (ITU-T E.164). `country` is ISO 3166-1 alpha-2, empty where
// nobody has said it: then only numbers with a "+" can be resolved. kInvalidField with a reason that staff can read.
Result<std::string> resolve_phone(std::string_view text, std::string_view country);

// A number in the forms under which it is looked for: as resolve_phone() says it, and the digits that are dialled at
// home, with whatever zero its country puts in front.
struct PhoneForms {
  std::string e164;
  std::string national;
};
Result<PhoneForms> read_phone(std::string_view text, std::string_view country);

// Whether numbers of that country are known.
bool is_phone_country(std::string_view country);

}  // namespace portal::outside
