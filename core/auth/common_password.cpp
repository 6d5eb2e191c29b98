#include "auth/common_password.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "auth/fold.hpp"
#include "base/utf8.hpp"

namespace portal::auth {
namespace {

// How many characters around a word are looked behind one by one; more than that only all together.
constexpr std::size_t kDecorations = 12;
// A number by itself is no word that something was added to, unless it is long enough to be known.
constexpr std::size_t kKnownNumber = 8;
// Letters from between other characters make a word by accident when they are few.
constexpr std::size_t kScatteredLetters = 6;
constexpr std::size_t kShortestRow = 6;
constexpr std::size_t kShortestUnit = 4;  // code points

// What fingers and counting make without thinking.
constexpr std::array<std::string_view, 7> kRows = {
    "01234567890123456789",       "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p",
    "1q2w3e4r5t6y7u8i9o0p"};

bool is_row(std::string_view text) {
  if (text.size() < kShortestRow) return false;
  const std::string backwards(text.rbegin(), text.rend());
  return std::ranges::any_of(kRows,
                             [&](std::string_view row) { return row.contains(text) || row.contains(backwards); });
}

// Letters for the signs and digits that people put in their place. "1" looks like two of them.
std::string without_disguise(std::string_view text, char one) {
  constexpr std::string_view kSigns = "@4380$57+69";
  constexpr std::string_view kLetters = "aaebossttgg";
  static_assert(kSigns.size() == kLetters.size());
  std::string plain(text);
  for (char& letter : plain) {
    if (const std::size_t at = kSigns.find(letter); at != std::string_view::npos) letter = kLetters[at];
    if (letter == '1' || letter == '!' || letter == '|') letter = one;
  }
  return plain;
}

std::string letters_of(std::string_view text) {
  std::string letters(text);
  std::erase_if(letters, [](char byte) { return !is_letter(byte); });
  return letters;
}

// The signs of Latin-1 (U+0080 to U+00BF, as in "¡hola!") become one of ASCII: bytes beyond ASCII count as letters.
std::string with_plain_signs(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_sign = text[at] == '\xc2' && at + 1 < text.size();
    plain += is_sign ? '.' : text[at];
    if (is_sign) ++at;
  }
  return plain;
}

// Runs of three and more of one character become this many.
std::string with_runs_of(std::string_view text, std::size_t most) {
  std::string shorter;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && text[end] == text[at]) ++end;
    shorter.append(end - at >= 3 ? most : end - at, text[at]);
    at = end;
  }
  return shorter;
}

// What the text is a repetition of; the last time may lack what stood between. Empty: of nothing.
std::string_view unit_of(std::string_view text) {
  std::vector<std::size_t> border(text.size(), 0);
  for (std::size_t at = 1; at < text.size(); ++at) {
    std::size_t length = border[at - 1];
    while (length > 0 && text[at] != text[length]) length = border[length - 1];
    border[at] = text[at] == text[length] ? length + 1 : 0;
  }
  if (text.empty()) return {};
  const std::size_t period = text.size() - border.back();
  return 2 * period <= text.size() + 1 ? text.substr(0, period) : std::string_view();
}

class Search {
 public:
  explicit Search(std::span<const PasswordList* const> lists) : lists_(lists) {}

  bool lists_hold(std::string_view text) const {
    return std::ranges::any_of(lists_, [&](const PasswordList* list) { return list->contains(text); });
  }

  // As it is, or with its disguise taken off.
  bool is_known(std::string_view text) const {
    if (lists_hold(text) || is_row(text)) return true;
    for (const char one : {'i', 'l'}) {
      const std::string plain = without_disguise(text, one);
      if (plain != text && lists_hold(plain)) return true;
    }
    return false;
  }

  // With nothing, something or everything that is no letter taken from its ends.
  bool is_known_inside(std::string_view text) const {
    if (is_known(text)) return true;
    const std::size_t left = count_decorations(text.begin(), text.end());
    const std::size_t right = count_decorations(text.rbegin(), text.rend());
    if (left == text.size()) return is_known_number(text);
    for (std::size_t taken = 0; taken <= std::min(right, kDecorations); ++taken) {
      const std::string_view shorter = text.substr(0, text.size() - taken);
      if (is_known(shorter) || is_known(shorter.substr(left))) return true;
    }
    for (std::size_t taken = 1; taken <= std::min(left, kDecorations); ++taken) {
      const std::string_view shorter = text.substr(taken);
      if (is_known(shorter) || is_known(shorter.substr(0, shorter.size() - right))) return true;
    }
    return is_known(text.substr(left, text.size() - left - right));
  }

  bool is_known_or_repeated(std::string_view text) const {
    if (is_known_inside(text)) return true;
    const std::size_t left = count_decorations(text.begin(), text.end());
    if (left == text.size()) return is_repeated(text);
    const std::size_t right = count_decorations(text.rbegin(), text.rend());
    return is_repeated(text) || is_repeated(text.substr(left)) ||
           is_repeated(text.substr(left, text.size() - left - right));
  }

 private:
  template <class Iterator>
  static std::size_t count_decorations(Iterator begin, Iterator end) {
    return static_cast<std::size_t>(std::find_if(begin, end, is_letter) - begin);
  }

  bool is_known_number(std::string_view text) const {
    for (std::size_t length = kKnownNumber; length < text.size(); ++length) {
      if (text.size() - length <= kDecorations && is_known(text.substr(0, length))) return true;
    }
    return false;
  }

  bool is_repeated(std::string_view text) const {
    const std::string_view unit = unit_of(text);
    return !unit.empty() && (count_code_points(unit).value_or(0) < kShortestUnit || is_known_inside(unit));
  }

  std::span<const PasswordList* const> lists_;
};

}  // namespace

bool is_common_password(std::string_view password, std::span<const PasswordList* const> lists) {
  const Search search(lists);
  if (search.lists_hold(password)) return true;
  const std::string folded = with_plain_signs(fold(password));
  for (const std::string& text : {folded, with_runs_of(folded, 2), with_runs_of(folded, 1)}) {
    if (search.is_known_or_repeated(text)) return true;
  }
  for (const std::string& letters : {letters_of(folded), letters_of(without_disguise(folded, 'i'))}) {
    if (letters.size() >= kScatteredLetters && search.is_known_or_repeated(letters)) return true;
  }
  return false;
}

}  // namespace portal::auth
