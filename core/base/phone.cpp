#include "base/phone.hpp"

namespace portal {
namespace {

constexpr std::string_view kBetween = " ().-/\t";
constexpr std::size_t kShortest = 3;
constexpr std::size_t kLongest = 15;

}  // namespace

std::optional<std::string> compact_phone(std::string_view text) {
  std::string number;
  for (const char letter : text) {
    if ((letter >= '0' && letter <= '9') || (letter == '+' && number.empty())) {
      number += letter;
    } else if (!kBetween.contains(letter)) {
      return std::nullopt;
    }
  }
  // How a number abroad is dialled from most countries.
  if (number.starts_with("00")) number.replace(0, 2, "+");
  const std::size_t digits = number.size() - (number.starts_with('+') ? 1 : 0);
  if (digits < kShortest || digits > kLongest) return std::nullopt;
  return number;
}

}  // namespace portal
