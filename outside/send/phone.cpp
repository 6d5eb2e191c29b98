#include "send/phone.hpp"

#include <set>

#include <phonenumbers/phonenumberutil.h>

namespace portal::outside {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t kLongest = 100;

std::unexpected<Error> refuse(std::string_view why) { return fail(ErrorCode::kInvalidField, std::string(why)); }

std::string_view reason_of(PhoneNumberUtil::ErrorType error) {
  switch (error) {
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return "the number has no country in front, and the account says none";
    case PhoneNumberUtil::TOO_LONG_NSN:
      return "the number is too long";
    case PhoneNumberUtil::TOO_SHORT_NSN:
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
      return "the number is too short";
    default:
      return "the recipient is no phone number";
  }
}

Result<PhoneNumber> parse(std::string_view text, std::string_view country) {
  if (text.empty() || text.size() > kLongest) return refuse("the recipient is no phone number");
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const auto error = numbers.Parse(std::string(text), country.empty() ? "ZZ" : std::string(country), &number);
  if (error != PhoneNumberUtil::NO_PARSING_ERROR) return refuse(reason_of(error));
  // Only what its country's plan allows by length: new ranges are in use before a library knows them.
  switch (numbers.IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE:
      break;
    case PhoneNumberUtil::TOO_SHORT:
      return refuse("the number is too short for its country");
    case PhoneNumberUtil::TOO_LONG:
      return refuse("the number is too long for its country");
    default:
      return refuse("there is no such number in its country");
  }
  return number;
}

std::string format(const PhoneNumber& number, PhoneNumberUtil::PhoneNumberFormat form) {
  std::string formatted;
  PhoneNumberUtil::GetInstance()->Format(number, form, &formatted);
  return formatted;
}

}  // namespace

Result<std::string> resolve_phone(std::string_view text, std::string_view country) {
  const Result<PhoneNumber> number = parse(text, country);
  if (!number) return fail(number.error());
  return format(*number, PhoneNumberUtil::E164);
}

Result<PhoneForms> read_phone(std::string_view text, std::string_view country) {
  const Result<PhoneNumber> number = parse(text, country);
  if (!number) return fail(number.error());
  PhoneForms forms{.e164 = format(*number, PhoneNumberUtil::E164),
                   .national = format(*number, PhoneNumberUtil::NATIONAL)};
  std::erase_if(forms.national, [](char letter) { return letter < '0' || letter > '9'; });
  return forms;
}

bool is_phone_country(std::string_view country) {
  std::set<std::string> known;
  PhoneNumberUtil::GetInstance()->GetSupportedRegions(&known);
  return known.contains(std::string(country));
}

}  // namespace portal::outside
