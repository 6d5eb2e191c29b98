#include "auth/password_rule.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "auth/common_password.hpp"
#include "auth/fold.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace portal::auth {
namespace {

// A shorter name stands inside too many innocent words ("Ana" in "banana"): it counts only as a word by itself.
constexpr std::size_t kShortName = 4;

// "Bright-Water 2026" holds "Bright Water": what joins words together makes no secret.
std::string without_joints(std::string_view folded) {
  std::string letters(folded);
  std::erase_if(letters, [](char letter) { return !is_letter(letter) && !is_digit(letter); });
  return letters;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

bool holds(std::string_view password, std::string_view name) {
  const std::string folded_name = fold(name);
  const std::string letters = without_joints(folded_name);
  if (letters.empty()) return false;
  if (count_code_points(letters).value_or(0) < kShortName) return has_word(fold(password), letters);
  return without_joints(fold(password)).contains(letters);
}

bool is_known(std::string_view password, const PasswordList* operators) {
  const std::array<const PasswordList*, 2> lists = {&PasswordList::common(), operators};
  return is_common_password(password, std::span(lists).first(operators != nullptr ? 2 : 1));
}

}  // namespace

std::string fold(std::string_view text) {
  std::string folded(text);
  for (std::size_t index = 0; index < folded.size(); ++index) {
    const auto byte = static_cast<unsigned char>(folded[index]);
    const bool after_c3 = index > 0 && static_cast<unsigned char>(folded[index - 1]) == 0xc3;
    if ((byte >= 'A' && byte <= 'Z') || (after_c3 && byte >= 0x80 && byte <= 0x9e && byte != 0x97))
      folded[index] = static_cast<char>(byte + 0x20);
  }
  return folded;
}

std::string_view find_password_fault(std::string_view password, const PasswordRule& rule) {
  if (password.size() > limits::kPasswordBytes) return "too_long";
  if (count_code_points(password).value_or(0) < rule.minimum_length) return "too_short";
  if (std::ranges::any_of(rule.personal, [&](std::string_view name) { return holds(password, name); }))
    return "personal_password";
  if (is_known(password, rule.operators)) return "common_password";
  return {};
}

}  // namespace portal::auth
