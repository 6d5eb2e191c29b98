// How long an SMS is (3GPP TS 23.038 and 23.040).
#pragma once

#include <cstdint>
#include <string_view>

namespace portal::layouts {

enum class SmsEncoding : std::uint8_t { kGsm7, kUcs2 };

struct SmsSize {
  SmsEncoding encoding = SmsEncoding::kGsm7;
  // What counts towards a segment: characters of the GSM alphabet, of which those of its extension count twice, or
  // units of UTF-16, of which what lies beyond U+FFFF takes two.
  std::int64_t characters = 0;
  std::int64_t segments = 0;
};

// Of valid text. 160 characters of the GSM alphabet fit in one message and 153 in each of several, 70 and 67 of others;
// neither an escaped character nor a pair of surrogates is cut in two.
SmsSize measure_sms(std::string_view text);

}  // namespace portal::layouts
